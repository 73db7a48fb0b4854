-- QS: ECOG performance status.
SELECT subject, 'ECOG101' AS QSTESTCD, 'ECOG1-Performance Status' AS QSTEST, 'ECOG' AS QSCAT,
  figure(ecog) AS QSORRES, figure(ecog) AS QSSTRESC, ecog AS QSSTRESN,
  iso(date, date_flag) AS QSDTC
FROM status WHERE ecog IS NOT NULL
ORDER BY subject, date, seq
