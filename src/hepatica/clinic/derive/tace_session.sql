-- TACE before the reference day: sessions of the history (one row may stand for several) and of the
-- procedures that are no study treatment; a session that stands in both counts once. A day known to
-- the month is taken as late as it can be, so that no scan counts as after a session that it may have
-- come before; one known to the year is no day. Of several sessions without an end the last has none.
WITH told AS (
  SELECT h.subject, h.start_date AS begin_date, coalesce(h.end_date, h.start_date) AS until_date,
    CASE h.start_date_flag WHEN 'D' THEN last_day(h.start_date) WHEN 'M' THEN NULL
      ELSE h.start_date END AS first_date,
    CASE WHEN h.end_date_flag = 'M' THEN NULL WHEN h.end_date IS NOT NULL THEN h.end_date
      WHEN coalesce(h.count, 1) = 1 THEN CASE h.start_date_flag WHEN 'D' THEN last_day(h.start_date)
        WHEN 'M' THEN NULL ELSE h.start_date END END AS last_date,
    coalesce(h.count, 1) AS count, lower(coalesce(h.outcome, '')) AS outcome, h.seq, h.src_file,
    h.src_sheet, h.src_row
  FROM history AS h WHERE h.category = 'prior TACE'
),
done AS (
  SELECT p.subject, p.date AS begin_date, p.date AS until_date,
    CASE WHEN coalesce(p.date_flag, '') <> 'M' THEN p.date END AS first_date,
    CASE WHEN coalesce(p.date_flag, '') <> 'M' THEN p.date END AS last_date, 1 AS count, '' AS outcome, p.seq,
    p.src_file, p.src_sheet, p.src_row
  FROM procedures AS p
  LEFT JOIN study_procedure AS named ON named.name = p.procedure
  WHERE p.procedure = 'TACE' AND NOT coalesce(p.study_treatment = 'Y', named.name IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM told AS t WHERE t.subject = p.subject
      AND p.date BETWEEN t.begin_date AND t.until_date)
)
SELECT s.* EXCLUDE (begin_date, until_date) FROM (SELECT * FROM told UNION ALL SELECT * FROM done) AS s
JOIN reference_day AS r USING (subject)
WHERE s.begin_date IS NULL OR s.begin_date <= r.day
ORDER BY subject, begin_date NULLS FIRST, seq
