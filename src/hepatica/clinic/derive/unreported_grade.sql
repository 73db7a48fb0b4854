-- Laboratory results of CTCAE grade 3 or 4 after the first treatment for which no event of that term is on
-- record on that day: one row a subject and term, the first of the worst grade.
WITH measured AS (
  SELECT subject, low_term AS term, date, low AS grade, test, item, src_file, src_sheet, src_row
  FROM measurement_graded WHERE domain = 'labs' AND after AND low >= 3
  UNION ALL
  SELECT subject, high_term, date, high, test, item, src_file, src_sheet, src_row
  FROM measurement_graded WHERE domain = 'labs' AND after AND high >= 3
),
event AS (
  SELECT a.SUBJID, n.term, a.ASTDT, coalesce(a.AENDT, s.DTHDT, cutoff) AS until
  FROM adae AS a
  JOIN adsl AS s ON s.SUBJID = a.SUBJID
  CROSS JOIN protocol
  JOIN ctcae_name AS n ON n.name = lower(trim(a.AEDECOD))
),
recorded AS (SELECT count(*) AS events FROM adverse_events)
SELECT m.subject, m.term, m.date, m.grade, m.src_file, m.src_sheet, m.src_row
FROM measured AS m CROSS JOIN recorded
WHERE recorded.events > 0 AND NOT EXISTS (SELECT 1 FROM event AS e
  WHERE e.SUBJID = m.subject AND e.term = m.term
    AND (e.ASTDT IS NULL OR m.date BETWEEN e.ASTDT AND e.until))
QUALIFY row_number() OVER (PARTITION BY m.subject, m.term ORDER BY m.grade DESC, m.item) = 1
ORDER BY m.subject, m.term
