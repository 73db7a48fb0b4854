-- TACE before the reference day: sessions of the history (one row may stand for several) and of the
-- procedures that are no study treatment; a session that stands in both counts once.
WITH told AS (
  SELECT h.subject, h.start_date AS first_date, coalesce(h.end_date, h.start_date) AS last_date,
    coalesce(h.count, 1) AS count, lower(coalesce(h.outcome, '')) AS outcome, h.seq, h.src_file,
    h.src_sheet, h.src_row
  FROM history AS h WHERE h.category = 'prior TACE'
),
done AS (
  SELECT p.subject, p.date AS first_date, p.date AS last_date, 1 AS count, '' AS outcome, p.seq,
    p.src_file, p.src_sheet, p.src_row
  FROM procedures AS p
  LEFT JOIN study_procedure AS named ON named.name = p.procedure
  WHERE p.procedure = 'TACE' AND NOT coalesce(p.study_treatment = 'Y', named.name IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM told AS t WHERE t.subject = p.subject
      AND p.date BETWEEN t.first_date AND t.last_date)
)
SELECT s.* FROM (SELECT * FROM told UNION ALL SELECT * FROM done) AS s
JOIN reference_day AS r USING (subject)
WHERE s.first_date IS NULL OR s.first_date <= r.day
ORDER BY subject, first_date NULLS FIRST, seq
