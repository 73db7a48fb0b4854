-- FA: severity of ascites and encephalopathy, and what eligibility asks.
SELECT subject, 'SEV' AS FATESTCD, 'Severity/Intensity' AS FATEST, 'ASCITES' AS FAOBJ,
  NULL AS FACAT, upper(ascites) AS FAORRES, NULL AS FAORRESU, upper(ascites) AS FASTRESC,
  NULL AS FASTRESU, iso(date, date_flag) AS FADTC, date, seq, 1 AS part
FROM status WHERE ascites IS NOT NULL
UNION ALL
SELECT subject, 'GRADE', 'Grade', 'ENCEPHALOPATHY', NULL, figure(encephalopathy), NULL,
  figure(encephalopathy), NULL, iso(date, date_flag), date, seq, 2
FROM status WHERE encephalopathy IS NOT NULL
UNION ALL
SELECT subject, 'ELIG', 'Answer to a Question of Eligibility', item, 'ELIGIBILITY', value, unit,
  value, unit, iso(date, date_flag), date, seq, 3
FROM screening
ORDER BY subject, date, part, seq
