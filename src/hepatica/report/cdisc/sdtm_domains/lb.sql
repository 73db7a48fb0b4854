-- LB: results in the laboratory's own unit, and in the standard one.
SELECT subject, test AS LBTESTCD, coalesce(c.name, test) AS LBTEST,
  concat(operator, figure(value)) AS LBORRES, unit AS LBORRESU, figure(lower_limit) AS LBORNRLO,
  figure(upper_limit) AS LBORNRHI,
  CASE WHEN standard_value IS NOT NULL THEN concat(operator, figure(standard_value)) END AS LBSTRESC,
  CASE WHEN operator IS NULL THEN standard_value END AS LBSTRESN, standard_unit AS LBSTRESU,
  standard_lower_limit AS LBSTNRLO, standard_upper_limit AS LBSTNRHI,
  iso(date, date_flag) AS LBDTC
FROM labs LEFT JOIN lab_test AS c ON c.code = test
WHERE value IS NOT NULL
ORDER BY subject, date, seq
