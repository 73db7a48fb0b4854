-- Vital signs in the standard unit of each test; a unit that is not known keeps no value.
SELECT v.subject, v.date, v.test, (v.value + f.shift) * f.factor AS value, f.canonical AS unit,
  v.seq, v.src_file, v.src_sheet, v.src_row
FROM vitals AS v
LEFT JOIN unit_factor AS f ON f.test = v.test AND f.unit = coalesce(v.unit, '')
CROSS JOIN protocol
WHERE v.date <= cutoff
