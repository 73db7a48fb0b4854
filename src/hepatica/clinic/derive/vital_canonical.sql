-- Vital signs in the standard unit of each test, as converted where the records came in; a unit that
-- is not known keeps no value.
SELECT v.subject, v.date, v.test, v.standard_value AS value, v.standard_unit AS unit,
  v.seq, v.src_file, v.src_sheet, v.src_row
FROM vitals AS v
CROSS JOIN protocol
WHERE v.date <= cutoff
