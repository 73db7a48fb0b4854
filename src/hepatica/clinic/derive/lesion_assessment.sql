-- What was seen of each lesion on each scan, in the form the response engine reads.
-- `subject` is the subject for one reader. Hidden by lipiodol: the enhancing part is not evaluable,
-- and 0 is not seen to be gone. A new lesion that has resolved is 'absent' to the engine.
-- A lesion followed but without a row on a scan that has rows is left to the engine (missing).
-- An adequate-looking scan with no row at all for the reader becomes a visit with every lesion
-- not evaluable, so that a scan is never silently dropped.
-- A lesion or new lesion without a reader belongs to every reader of that subject.
WITH reading AS (
  SELECT DISTINCT subject, coalesce(reader, '') AS reader FROM measurements
  UNION SELECT DISTINCT subject, reader FROM lesions WHERE reader IS NOT NULL
),
role AS (
  SELECT l.subject, l.lesion, coalesce(l.reader, r.reader, '') AS reader, l.role,
    coalesce(l.site, '') AS site
  FROM lesions AS l
  LEFT JOIN reading AS r ON r.subject = l.subject AND l.reader IS NULL
  QUALIFY row_number() OVER (
    PARTITION BY l.subject, l.lesion, coalesce(l.reader, r.reader, '')
    ORDER BY l.reader IS NULL, l.src_row) = 1
),
measured AS (
  SELECT m.subject, coalesce(m.reader, '') AS reader, m.date, m.lesion, r.role, r.site,
    m.diameter_mm,
    CASE WHEN coalesce(m.lipiodol_obscured, 'N') = 'Y' THEN nullif(m.viable_mm, 0)
      ELSE m.viable_mm END AS viable_mm,
    m.short_axis_mm, m.viable_perpendicular_mm,
    coalesce(m.status, '') AS status,
    'measurements' AS source, m.src_file, m.src_sheet, m.src_row
  FROM measurements AS m
  JOIN role AS r
    ON r.subject = m.subject AND r.lesion = m.lesion AND r.reader = coalesce(m.reader, '')
  CROSS JOIN protocol
  WHERE m.date <= cutoff
),
unread AS (
  SELECT s.subject, r.reader, s.date, r.lesion, r.role, r.site,
    arg_min(s.src_file, s.src_row) AS src_file, arg_min(s.src_sheet, s.src_row) AS src_sheet,
    min(s.src_row) AS src_row
  FROM scans AS s
  JOIN role AS r USING (subject)
  CROSS JOIN protocol
  WHERE s.date <= cutoff AND coalesce(s.modality, 'CT') IN ('CT', 'MRI', 'PET-CT')
    AND NOT EXISTS (
      SELECT 1 FROM measurements AS m
      WHERE m.subject = s.subject AND m.date = s.date AND coalesce(m.reader, '') = r.reader
    )
    AND NOT EXISTS (
      SELECT 1 FROM new_lesions AS n
      WHERE n.subject = s.subject AND n.date = s.date AND coalesce(n.reader, r.reader) = r.reader
    )
  GROUP BY s.subject, r.reader, s.date, r.lesion, r.role, r.site
),
new AS (
  SELECT n.subject, coalesce(n.reader, r.reader, '') AS reader, n.date, n.lesion,
    CASE n.status WHEN 'resolved' THEN 'absent' ELSE n.status END AS status,
    coalesce(n.site, '') AS site, n.diameter_mm, n.src_file, n.src_sheet, n.src_row
  FROM new_lesions AS n
  LEFT JOIN reading AS r ON r.subject = n.subject AND n.reader IS NULL
  CROSS JOIN protocol
  WHERE n.date <= cutoff AND n.status IN ('confirmed', 'equivocal', 'resolved')
),
seen AS (
  SELECT subject, reader, date, lesion, role, site, diameter_mm, viable_mm, short_axis_mm,
    viable_perpendicular_mm, status, source, src_file, src_sheet, src_row
  FROM measured
  UNION ALL
  SELECT subject, reader, date, lesion, role, site, NULL, NULL, NULL, NULL, 'not evaluable',
    'scans', src_file, src_sheet, src_row
  FROM unread
  UNION ALL
  SELECT subject, reader, date, lesion, 'new', site, diameter_mm, NULL, NULL, NULL, status,
    'new_lesions', src_file, src_sheet, src_row
  FROM new
)
-- `row` numbers what the engine is given, so that its findings lead back to the record.
SELECT row_number() OVER (ORDER BY subject, reader, date, role, lesion, source, src_row) AS row, *
FROM seen
ORDER BY row
