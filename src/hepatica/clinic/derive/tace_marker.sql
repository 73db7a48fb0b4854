-- AFP and DCP up to the reference day in their standard units; a reported limit is no number.
SELECT l.subject, l.test, l.date, l.value, l.src_file, l.src_sheet, l.src_row
FROM lab_canonical AS l JOIN reference_day AS r USING (subject)
WHERE l.test IN ('AFP', 'DCP') AND l.value IS NOT NULL AND l.operator IS NULL AND l.date <= r.day
ORDER BY subject, test, date, seq
