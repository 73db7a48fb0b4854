-- What happened before the reference day of the variables that ask "within so many days": bleeding,
-- major operations, antiangiogenic therapy, other malignancies; and the statements that there was
-- none. A bleeding or an operation without an end is over on its day; a therapy or a malignancy
-- without an end may have lasted (`end_to` NULL). Partial dates keep the days they could mean:
-- begin in [begin_from, begin_to], end in [end_from, end_to]. A statement of none reaches to the first
-- day that its date could mean.
WITH history_event AS (
  SELECT h.*, CASE category WHEN 'bleeding' THEN 'gi_bleed' WHEN 'prior surgery' THEN 'major_operation'
      WHEN 'other malignancy' THEN 'other_malignancy' ELSE 'antiangiogenic_therapy' END AS variable
  FROM history AS h
  WHERE category IN ('bleeding', 'prior surgery', 'other malignancy')
    OR (category = 'prior systemic therapy' AND EXISTS (
      SELECT 1 FROM antiangiogenic AS a WHERE contains(lower(h.term), a.drug)))
),
collected AS (
  SELECT subject, variable, coalesce(term, category) AS what, start_date AS begin_date,
    start_date_flag AS begin_flag,
    -- One surgery is over on its day; of several the days of the others are not known.
    CASE WHEN end_date IS NULL AND variable IN ('gi_bleed', 'major_operation') AND coalesce(count, 1) = 1
      THEN start_date ELSE end_date END AS end_date,
    CASE WHEN end_date IS NULL AND variable IN ('gi_bleed', 'major_operation') AND coalesce(count, 1) = 1
      THEN start_date_flag ELSE end_date_flag END AS end_flag,
    'history' AS source, seq, src_file, src_sheet, src_row
  FROM history_event
  UNION ALL
  SELECT m.subject, 'antiangiogenic_therapy', m.drug, m.start_date, m.start_date_flag, m.end_date,
    m.end_date_flag, 'medications', m.seq, m.src_file, m.src_sheet, m.src_row
  FROM medications AS m
  WHERE m.class = 'antiangiogenic'
    OR EXISTS (SELECT 1 FROM antiangiogenic AS a WHERE contains(lower(m.drug), a.drug))
  UNION ALL
  SELECT p.subject, 'major_operation', p.procedure, p.date, p.date_flag, p.date, p.date_flag,
    'procedures', p.seq, p.src_file, p.src_sheet, p.src_row
  FROM procedures AS p
  LEFT JOIN study_procedure AS named ON named.name = p.procedure
  WHERE p.procedure IN ('resection', 'transplantation', 'other surgery')
    AND NOT coalesce(p.study_treatment = 'Y', named.name IS NOT NULL)
  UNION ALL
  SELECT subject, item, 'stated on the Screening sheet', date, date_flag, date, date_flag, 'screening',
    seq, src_file, src_sheet, src_row
  FROM screening
  WHERE upper(trim(value)) IN ('Y', 'YES')
    AND item IN ('gi_bleed', 'major_operation', 'antiangiogenic_therapy', 'other_malignancy')
),
bounded AS (
  SELECT c.*,
    CASE begin_flag WHEN 'M' THEN date_trunc('year', begin_date)
      WHEN 'D' THEN date_trunc('month', begin_date) ELSE begin_date END AS begin_from,
    CASE begin_flag WHEN 'M' THEN date_trunc('year', begin_date) + INTERVAL 1 YEAR - INTERVAL 1 DAY
      WHEN 'D' THEN last_day(begin_date) ELSE begin_date END AS begin_to,
    CASE end_flag WHEN 'M' THEN date_trunc('year', end_date)
      WHEN 'D' THEN date_trunc('month', end_date) ELSE end_date END AS end_from,
    CASE end_flag WHEN 'M' THEN date_trunc('year', end_date) + INTERVAL 1 YEAR - INTERVAL 1 DAY
      WHEN 'D' THEN last_day(end_date) ELSE end_date END AS end_to
  FROM collected AS c
)
SELECT b.subject, b.variable, FALSE AS none, b.what, CAST(b.begin_from AS DATE) AS begin_from,
  CAST(b.begin_to AS DATE) AS begin_to, CAST(b.end_from AS DATE) AS end_from,
  CAST(b.end_to AS DATE) AS end_to, b.source, b.seq, b.src_file, b.src_sheet, b.src_row
FROM bounded AS b JOIN asked USING (variable) JOIN reference_day AS r USING (subject)
WHERE b.begin_from IS NULL OR b.begin_from <= r.day
UNION ALL
SELECT s.subject, s.item, TRUE, 'none up to ' || s.day, s.day, s.day, s.day, s.day, 'screening', s.seq,
  s.src_file, s.src_sheet, s.src_row
FROM (
  SELECT *, CAST(CASE date_flag WHEN 'M' THEN date_trunc('year', date)
    WHEN 'D' THEN date_trunc('month', date) ELSE date END AS DATE) AS day
  FROM screening
) AS s JOIN asked ON asked.variable = s.item JOIN reference_day AS r USING (subject)
WHERE upper(trim(s.value)) IN ('N', 'NO') AND s.day <= r.day
  AND s.item IN ('gi_bleed', 'major_operation', 'antiangiogenic_therapy', 'other_malignancy')
ORDER BY subject, variable, none, begin_from, source, seq
