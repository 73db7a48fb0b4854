-- VS: measurements in the unit taken, and in the standard one.
SELECT subject, test AS VSTESTCD, coalesce(c.name, test) AS VSTEST, figure(value) AS VSORRES,
  unit AS VSORRESU, figure(standard_value) AS VSSTRESC, standard_value AS VSSTRESN,
  standard_unit AS VSSTRESU, iso(date, date_flag) AS VSDTC, timepoint AS VSTPT
FROM vitals LEFT JOIN vital_test AS c ON c.code = test
WHERE value IS NOT NULL
ORDER BY subject, date, seq
