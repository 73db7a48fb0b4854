-- The date on which each subject was declared TACE-refractory, with its record and reference day.
SELECT s.subject, s.refractory_date AS declared, r.day, s.src_file, s.src_sheet, s.src_row
FROM subjects AS s JOIN reference_day AS r USING (subject)
ORDER BY s.subject
