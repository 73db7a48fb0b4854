-- ADSC: one row a subject, day and parameter of a score, with the inputs used or why it is missing.
-- Baseline is the last row with a result on or before the first study treatment (for a subject never
-- treated: on or before consent, else the last there is); where no row has a result, the last row.
-- AVALC is the value of a parameter that is a grade or a stage; AVALCAT1 the class of any.
-- RPTVAL is what the study itself reported that day: Child-Pugh points and class, BCLC stage.
WITH said AS (
  SELECT subject, date, 'CPUGH' AS paramcd,
    concat_ws(' ', child_pugh_points, child_pugh_class) AS reported
  FROM status WHERE child_pugh_points IS NOT NULL OR child_pugh_class IS NOT NULL
  UNION ALL SELECT subject, date, 'BCLC18', bclc FROM staging WHERE bclc IS NOT NULL
),
reported AS (
  SELECT subject, date, paramcd, string_agg(reported, ', ' ORDER BY reported) AS reported
  FROM said GROUP BY ALL
),
placed AS (
  SELECT r.*, s.STUDYID, s.USUBJID, s.TRTSDT,
    r.date <= coalesce(s.TRTSDT, s.RFICDT, DATE '9999-12-31') AS before,
    r.aval IS NOT NULL OR r.category IS NOT NULL AS there
  FROM score_row AS r JOIN adsl AS s ON s.SUBJID = r.subject
),
ranked AS (
  SELECT *, row_number() OVER (
    PARTITION BY subject, paramcd, before ORDER BY there DESC, date DESC) AS place
  FROM placed
)
SELECT STUDYID, USUBJID, ranked.subject AS SUBJID, ranked.paramcd AS PARAMCD, param AS PARAM,
  ranked.date AS ADT,
  CAST(ranked.date - TRTSDT + CASE WHEN ranked.date >= TRTSDT THEN 1 ELSE 0 END AS BIGINT) AS ADY,
  aval AS AVAL, avalc AS AVALC, category AS AVALCAT1, CASE WHEN before AND place = 1 THEN 'Y' END AS ABLFL,
  inputs AS INPUTS, reason AS REASON, p.reported AS RPTVAL,
  src_file AS SRCFILE, src_sheet AS SRCSHEET, src_row AS SRCROW
FROM ranked
LEFT JOIN reported AS p
  ON p.subject = ranked.subject AND p.date = ranked.date AND p.paramcd = ranked.paramcd
ORDER BY ranked.subject, position, ranked.date
