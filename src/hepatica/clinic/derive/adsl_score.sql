-- ADSL with the scores at baseline, from ADSC.
WITH baseline AS (
  SELECT SUBJID,
    any_value(AVAL) FILTER (PARAMCD = 'ALBI') AS albi,
    any_value(AVALCAT1) FILTER (PARAMCD = 'ALBIGR') AS albi_grade,
    any_value(AVALCAT1) FILTER (PARAMCD = 'MALBIGR') AS malbi_grade,
    any_value(AVAL) FILTER (PARAMCD = 'CPUGH') AS points,
    any_value(AVALCAT1) FILTER (PARAMCD = 'CPUGH') AS class,
    any_value(AVALCAT1) FILTER (PARAMCD = 'BCLC18') AS bclc,
    any_value(AVALCAT1) FILTER (PARAMCD = 'HAP') AS hap
  FROM adsc WHERE ABLFL = 'Y' GROUP BY SUBJID
)
SELECT s.* REPLACE (
  b.albi AS ALBIBL, b.albi_grade AS ALBIGR, b.malbi_grade AS MALBIGR, CAST(b.points AS BIGINT) AS CPSCORED,
  b.class AS CPCLASSD, b.bclc AS BCLCD, b.hap AS HAPGR)
FROM adsl AS s LEFT JOIN baseline AS b USING (SUBJID)
ORDER BY s.SUBJID
