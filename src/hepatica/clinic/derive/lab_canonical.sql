-- Laboratory results in the standard unit of each test; a unit that is not known keeps no value.
SELECT l.subject, l.date, l.test, l.operator, (l.value + f.shift) * f.factor AS value, f.canonical AS unit,
  l.seq, l.src_file, l.src_sheet, l.src_row
FROM labs AS l
LEFT JOIN unit_factor AS f ON f.test = l.test AND f.unit = coalesce(l.unit, '')
CROSS JOIN protocol
WHERE l.date <= cutoff
