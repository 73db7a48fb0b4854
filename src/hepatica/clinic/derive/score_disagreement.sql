-- Reported scores that contradict themselves, or the score derived on the same day. What cannot be
-- derived that day disagrees with nothing.
WITH derived AS (
  SELECT SUBJID AS subject, ADT AS date, PARAMCD, CAST(AVAL AS BIGINT) AS points, AVALCAT1 AS class, INPUTS
  FROM adsc WHERE PARAMCD IN ('CPUGH', 'BCLC18') AND AVALCAT1 IS NOT NULL
)
SELECT 1 AS place, 'contradiction' AS kind, subject, date, child_pugh_points AS reported_points,
  child_pugh_class AS reported_class, NULL AS derived_points, NULL AS derived_class, NULL AS inputs,
  'Child-Pugh class' AS "column", src_file, src_sheet, src_row
FROM status CROSS JOIN protocol
WHERE date <= cutoff AND child_pugh_class <> CASE WHEN child_pugh_points <= 6 THEN 'A'
  WHEN child_pugh_points <= 9 THEN 'B' WHEN child_pugh_points >= 10 THEN 'C' END
UNION ALL
SELECT 2, 'child-pugh', s.subject, s.date, s.child_pugh_points, s.child_pugh_class, d.points, d.class,
  d.INPUTS, CASE WHEN s.child_pugh_points <> d.points THEN 'Child-Pugh points' ELSE 'Child-Pugh class' END,
  s.src_file, s.src_sheet, s.src_row
FROM status AS s
JOIN derived AS d ON d.subject = s.subject AND d.date = s.date AND d.PARAMCD = 'CPUGH'
WHERE s.child_pugh_points <> d.points OR s.child_pugh_class <> d.class
UNION ALL
SELECT 3, 'bclc', s.subject, s.date, NULL, s.bclc, NULL, d.class, d.INPUTS, 'BCLC stage',
  s.src_file, s.src_sheet, s.src_row
FROM staging AS s
JOIN derived AS d ON d.subject = s.subject AND d.date = s.date AND d.PARAMCD = 'BCLC18'
WHERE s.bclc <> d.class
ORDER BY subject, date, place, src_row
