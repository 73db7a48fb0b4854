-- EX: study drug given.
SELECT subject, figure(session) AS EXGRPID, drug AS EXTRT, dose AS EXDOSE, unit AS EXDOSU,
  route AS EXROUTE, iso(date, date_flag) AS EXSTDTC, iso(end_date, end_date_flag) AS EXENDTC,
  'PT' || figure(duration_min) || 'M' AS EXDUR
FROM dosing
ORDER BY subject, date, seq
