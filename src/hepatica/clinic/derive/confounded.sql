-- Medication that touches what a laboratory value means, taken in the days before it (rules in
-- eligibility/confounder.csv). Without an end the medication counts as continued, without a start as
-- begun before; of a partial date the day counts that makes it longer.
SELECT f.subject, f.variable, m.drug, c.effect, c.sentence, m.src_file, m.src_sheet, m.src_row
FROM fact AS f
JOIN confounder AS c USING (variable)
JOIN medications AS m ON m.subject = f.subject
  AND ((c.class <> '' AND m.class = c.class) OR (c.drug <> '' AND contains(lower(m.drug), c.drug)))
WHERE NOT f.later
  AND coalesce(f.date >= CASE m.start_date_flag WHEN 'M' THEN date_trunc('year', m.start_date)
    WHEN 'D' THEN date_trunc('month', m.start_date) ELSE m.start_date END, TRUE)
  AND coalesce(f.date - CAST(c.days AS INTEGER) <= CASE m.end_date_flag
    WHEN 'M' THEN make_date(year(m.end_date), 12, 31) WHEN 'D' THEN last_day(m.end_date)
    ELSE m.end_date END, TRUE)
ORDER BY f.subject, f.variable, m.src_row
