-- Laboratory results in the standard unit of each test, as converted where the records came in; a
-- unit that is not known keeps no value.
SELECT l.subject, l.date, l.test, l.operator, l.standard_value AS value, l.standard_unit AS unit,
  l.seq, l.src_file, l.src_sheet, l.src_row
FROM labs AS l
CROSS JOIN protocol
WHERE l.date <= cutoff
