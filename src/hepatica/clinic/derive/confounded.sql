-- Medication that touches what a laboratory value means, taken in the days before it (rules in
-- eligibility/confounder.csv). Without an end the medication counts as continued.
SELECT f.subject, f.variable, m.drug, c.effect, c.sentence, m.src_file, m.src_sheet, m.src_row
FROM fact AS f
JOIN confounder AS c USING (variable)
JOIN medications AS m ON m.subject = f.subject
  AND (m.class = c.class OR (c.drug <> '' AND contains(lower(m.drug), c.drug)))
WHERE NOT f.later
  AND m.start_date <= f.date AND (m.end_date IS NULL OR m.end_date >= f.date - CAST(c.days AS INTEGER))
ORDER BY f.subject, f.variable, m.src_row
