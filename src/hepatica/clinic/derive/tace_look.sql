-- What was seen of the tumour up to the reference day, one row a subject and day: the sum of the
-- viable diameters of the targets (micrometres; NULL where one could not be measured), the largest
-- viable share of a lesion treated before, new lesions, lesion number, invasion and spread.
-- The viable share is the viable over the longest diameter: a ratio of lengths (our choice; JSH
-- means the part of the lesion, and areas are not on record).
WITH seen AS (
  SELECT m.subject, m.date,
    CAST(round(1000 * sum(m.viable_mm) FILTER (l.role = 'target')) AS BIGINT) AS viable_um,
    count(*) FILTER (l.role = 'target') AS targets,
    count(m.viable_mm) FILTER (l.role = 'target') AS measured,
    max(m.viable_mm / m.diameter_mm) FILTER (m.diameter_mm > 0 AND coalesce(l.prior_treatment, 'Y') = 'Y')
      AS viable_share,
    min(m.src_file) AS src_file, min(m.src_sheet) AS src_sheet, min(m.src_row) AS src_row
  FROM measurements AS m
  CROSS JOIN protocol
  JOIN lesions AS l ON l.subject = m.subject AND l.lesion = m.lesion
    AND coalesce(l.reader, '') = coalesce(m.reader, '')
  WHERE protocol.primary_reader = '' OR coalesce(m.reader, '') = protocol.primary_reader
  GROUP BY m.subject, m.date
),
fresh AS (
  SELECT subject, date, bool_or(status = 'confirmed') AS confirmed, min(src_file) AS src_file,
    min(src_sheet) AS src_sheet, min(src_row) AS src_row
  FROM new_lesions GROUP BY subject, date
),
staged AS (
  SELECT subject, date, max(lesion_number) AS lesions,
    bool_or(vascular_invasion = 'Y') AS invasion,
    bool_or(nodal_metastasis = 'Y') OR bool_or(distant_metastasis = 'Y') AS spread,
    min(src_file) AS src_file, min(src_sheet) AS src_sheet, min(src_row) AS src_row
  FROM staging GROUP BY subject, date
)
SELECT subject, date, viable_um, coalesce(targets, 0) AS targets, coalesce(measured, 0) AS measured,
  viable_share, confirmed, lesions, invasion, spread, seen.targets IS NOT NULL AS scanned,
  coalesce(fresh.src_file, seen.src_file, staged.src_file) AS src_file,
  coalesce(fresh.src_sheet, seen.src_sheet, staged.src_sheet) AS src_sheet,
  coalesce(fresh.src_row, seen.src_row, staged.src_row) AS src_row
FROM seen FULL JOIN fresh USING (subject, date) FULL JOIN staged USING (subject, date)
JOIN reference_day AS r USING (subject)
WHERE date <= r.day
ORDER BY subject, date
