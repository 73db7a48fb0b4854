-- Whether a scan up to the cutoff shows a lesion that the criterion calls measurable, one row a
-- scan and asked variable; NULL where it cannot be told, and `note` says why.
-- RECIST 1.0 [therasse2000]: longest diameter >= 20 mm by conventional technique, >= 10 mm by
-- spiral CT with slices of 5 mm, in general twice the slice.
-- RECIST 1.1 [eisenhauer2009]: >= 10 mm and twice the slice; a node >= 15 mm short axis; a lesion
-- treated before only where it has grown since.
-- mRECIST [lencioni2010]: viable diameter >= 10 mm; a node >= 15 mm short axis (the limit of 20 mm at
-- the hilum is not applied: which nodes lie there is not on record).
-- Where the slice is not recorded, 20 mm are enough and less than 10 mm are not; between them it
-- cannot be told. Scans that could not be assessed, and those other than CT or MRI, are left out.
WITH technique AS (
  SELECT subject, date, min(slice_mm) AS slice_mm, bool_and(coalesce(adequate, 'Y') = 'N') AS inadequate,
    bool_or(modality IN ('CT', 'MRI')) AS sectional
  FROM scans GROUP BY subject, date
),
seen AS (
  SELECT m.subject, m.date, m.seq, m.src_file, m.src_sheet, m.src_row,
    m.diameter_mm, m.viable_mm, m.short_axis_mm, coalesce(l.site ILIKE '%node%', FALSE) AS node,
    l.prior_treatment = 'Y' AS treated, l.progressed_after_treatment = 'Y' AS regrown,
    CASE WHEN t.slice_mm IS NOT NULL THEN least(20, greatest(10, 2 * t.slice_mm)) END AS slice_limit
  FROM measurements AS m
  CROSS JOIN protocol
  LEFT JOIN lesions AS l ON l.subject = m.subject AND l.lesion = m.lesion
    AND coalesce(l.reader, '') = coalesce(m.reader, '')
  LEFT JOIN technique AS t ON t.subject = m.subject AND t.date = m.date
  WHERE m.date <= cutoff AND coalesce(NOT t.inadequate, TRUE) AND coalesce(t.sectional, TRUE)
    AND (protocol.primary_reader = '' OR coalesce(m.reader, '') = protocol.primary_reader)
),
sized AS (
  SELECT seen.*, asked.variable,
    CASE variable
      WHEN 'recist10_measurable' THEN diameter_mm
      WHEN 'recist11_measurable' THEN CASE WHEN node THEN short_axis_mm ELSE diameter_mm END
      ELSE CASE WHEN node THEN short_axis_mm ELSE viable_mm END END AS size_mm
  FROM seen CROSS JOIN asked
  WHERE variable IN ('recist10_measurable', 'recist11_measurable', 'mrecist_measurable')
),
judged AS (
  SELECT sized.*,
    CASE
      WHEN size_mm IS NULL THEN FALSE
      WHEN variable <> 'recist10_measurable' AND node THEN size_mm >= 15
      WHEN variable = 'mrecist_measurable' THEN size_mm >= 10
      WHEN size_mm < 10 THEN FALSE
      WHEN variable = 'recist11_measurable' AND treated AND NOT coalesce(regrown, FALSE) THEN FALSE
      WHEN size_mm >= 20 THEN TRUE
      ELSE size_mm >= slice_limit END AS measurable
  FROM sized
)
SELECT subject, date, variable,
  CASE WHEN bool_or(measurable) THEN TRUE WHEN count(*) = count(measurable) THEN FALSE END AS measurable,
  coalesce(max(size_mm) FILTER (measurable), max(size_mm)) AS largest_mm,
  CASE WHEN bool_or(measurable) OR count(*) = count(measurable) THEN NULL
    ELSE 'slice thickness not recorded' END AS note,
  1 AS seq,
  arg_max(src_file, (coalesce(measurable, FALSE), coalesce(size_mm, 0), -seq)) AS src_file,
  arg_max(src_sheet, (coalesce(measurable, FALSE), coalesce(size_mm, 0), -seq)) AS src_sheet,
  arg_max(src_row, (coalesce(measurable, FALSE), coalesce(size_mm, 0), -seq)) AS src_row
FROM judged
GROUP BY subject, date, variable
