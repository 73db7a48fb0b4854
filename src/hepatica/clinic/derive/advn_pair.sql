-- Baseline and later scan of every component of [normalization], one row a subject, component and
-- region; a component without any scan has one row without a region. Context (position < 0) has rows
-- only where something was measured.
-- Baseline: the last scan on or before day 0, at most `baseline_days` old. Later: the scan of the
-- window nearest to the target day, the earlier of two. A scan on which the quantity could not be
-- measured is a scan all the same. One reader: the protocol's where it measured, else the first by
-- name. Several series of a day: the pair measured at both, with the fewest facts apart, then by
-- phase and series. `differ` and `unknown` are the facts that keep the pair from being compared:
-- what is not known is not agreement. `scanned_before` and `scanned_after` are the days of scans in
-- the windows on which anything else was measured, or which are on record without a measurement.
WITH anchor AS (
  SELECT SUBJID AS subject, USUBJID AS usubjid,
    CASE n.anchor WHEN 'enrolment' THEN RFICDT ELSE TRTSDT END AS day0
  FROM adsl CROSS JOIN normalization AS n
  WHERE ENRLFL = 'Y'
),
seen AS (
  SELECT c.position, q.subject, lower(trim(coalesce(q.region, ''))) AS place,
    trim(coalesce(q.region, '')) AS region, coalesce(q.reader, '') AS who, q.date,
    q.date - a.day0 AS day, q.standard_value AS value, q.standard_unit AS unit, q.reason,
    q.modality, q.phase, nullif(trim(q.scanner), '') AS scanner, nullif(trim(q.kernel), '') AS kernel,
    CAST(q.slice_mm AS DECIMAL(18, 6)) AS slice_mm, CAST(q.delay_s AS DECIMAL(18, 6)) AS delay_s,
    CAST(q.bolus_hu AS DECIMAL(18, 6)) AS bolus_hu, q.series, q.slice, q.flags, q.seq,
    q.src_file, q.src_sheet, q.src_row
  FROM image_quantities AS q
  JOIN normalization_component AS c ON c.test = q.test
    AND (c.region = '' OR lower(trim(coalesce(q.region, ''))) = c.region
      OR starts_with(lower(trim(coalesce(q.region, ''))), c.region || ' '))
  JOIN anchor AS a ON a.subject = q.subject
  CROSS JOIN protocol
  WHERE q.date <= cutoff
),
visit AS (
  SELECT subject, date FROM image_quantities UNION SELECT subject, date FROM scans
),
scanned AS (
  SELECT v.subject,
    max(v.date - a.day0) FILTER (v.date - a.day0 BETWEEN -baseline_days AND 0) AS scanned_before,
    arg_min(v.date - a.day0, (abs(v.date - a.day0 - target_day), v.date))
      FILTER (v.date - a.day0 BETWEEN low_day AND high_day) AS scanned_after
  FROM visit AS v JOIN anchor AS a ON a.subject = v.subject CROSS JOIN normalization CROSS JOIN protocol
  WHERE v.date <= cutoff
  GROUP BY v.subject
),
reader AS (
  SELECT position, subject, place, arg_min(who, (who <> primary_reader, who)) AS who
  FROM (SELECT seen.*, n.reader AS primary_reader FROM seen CROSS JOIN normalization AS n)
  GROUP BY position, subject, place
),
other_reader AS (
  SELECT s.position, s.subject, s.place,
    bool_or(day BETWEEN -baseline_days AND 0) AS base_other,
    bool_or(day BETWEEN low_day AND high_day) AS late_other
  FROM seen AS s
  JOIN reader AS r ON r.position = s.position AND r.subject = s.subject AND r.place = s.place
    AND r.who <> s.who
  CROSS JOIN normalization
  GROUP BY s.position, s.subject, s.place
),
scan AS (
  SELECT s.* FROM seen AS s SEMI JOIN reader AS r
    ON r.position = s.position AND r.subject = s.subject AND r.place = s.place AND r.who = s.who
),
chosen AS (
  SELECT position, subject, place, min(region) AS region,
    max(date) FILTER (day <= 0 AND day >= -baseline_days) AS base_date,
    arg_min(date, (abs(day - target_day), date)) FILTER (day BETWEEN low_day AND high_day) AS late_date,
    max(day) FILTER (day <= 0) AS last_before,
    arg_min(day, (abs(day - target_day), day)) FILTER (day > 0) AS nearest_after
  FROM scan CROSS JOIN normalization
  GROUP BY position, subject, place
),
paired AS (
  SELECT c.position, c.subject, c.place, c.region, c.last_before, c.nearest_after,
    b.date AS base_date, b.day AS base_day, b.value AS base_value, b.unit AS base_unit,
    b.reason AS base_reason, b.series AS base_series, b.slice AS base_slice, b.flags AS base_flags,
    b.modality AS base_modality, b.phase AS base_phase, b.scanner AS base_scanner,
    b.kernel AS base_kernel, b.slice_mm AS base_slice_mm, b.delay_s AS base_delay_s,
    b.bolus_hu AS base_bolus_hu, b.src_file AS base_file, b.src_sheet AS base_sheet,
    b.src_row AS base_row, b.seq AS base_seq,
    f.date AS late_date, f.day AS late_day, f.value AS late_value, f.unit AS late_unit,
    f.reason AS late_reason, f.series AS late_series, f.slice AS late_slice, f.flags AS late_flags,
    f.modality AS late_modality, f.phase AS late_phase, f.scanner AS late_scanner,
    f.kernel AS late_kernel, f.slice_mm AS late_slice_mm, f.delay_s AS late_delay_s,
    f.bolus_hu AS late_bolus_hu, f.src_file AS late_file, f.src_sheet AS late_sheet,
    f.src_row AS late_row, f.seq AS late_seq,
    row_number() OVER () AS pair
  FROM chosen AS c
  LEFT JOIN scan AS b ON b.position = c.position AND b.subject = c.subject AND b.place = c.place
    AND b.date = c.base_date
  LEFT JOIN scan AS f ON f.position = c.position AND f.subject = c.subject AND f.place = c.place
    AND f.date = c.late_date
),
agreed AS (
  SELECT p.pair, i.rank, i.fact,
    CASE i.fact
      WHEN 'modality' THEN p.base_modality = p.late_modality
      WHEN 'scanner' THEN lower(p.base_scanner) = lower(p.late_scanner)
      WHEN 'kernel' THEN lower(p.base_kernel) = lower(p.late_kernel)
      WHEN 'slice' THEN abs(p.base_slice_mm - p.late_slice_mm) <= 0.1
      WHEN 'phase' THEN p.base_phase = p.late_phase
      WHEN 'delay' THEN abs(p.base_delay_s - p.late_delay_s) <= n.timing_s
      WHEN 'bolus' THEN CASE WHEN p.base_bolus_hu > 0
        THEN 100 * abs(p.late_bolus_hu - p.base_bolus_hu) <= n.bolus_percent * p.base_bolus_hu END
    END AS same
  FROM paired AS p
  JOIN normalization_component AS c ON c.position = p.position
  JOIN image_fact AS i ON i.test = c.test
  CROSS JOIN normalization AS n
),
told AS (
  SELECT pair, coalesce(list(fact ORDER BY rank) FILTER (NOT same), []) AS differ,
    coalesce(list(fact ORDER BY rank) FILTER (same IS NULL), []) AS unknown
  FROM agreed GROUP BY pair
),
best AS (
  SELECT p.*, coalesce(t.differ, []) AS differ, coalesce(t.unknown, []) AS unknown
  FROM paired AS p LEFT JOIN told AS t ON t.pair = p.pair
  QUALIFY row_number() OVER (PARTITION BY p.position, p.subject, p.place ORDER BY
    (p.base_value IS NULL)::INT + (p.late_value IS NULL)::INT,
    len(coalesce(t.differ, [])) + len(coalesce(t.unknown, [])),
    coalesce(p.base_phase, ''), coalesce(p.late_phase, ''),
    coalesce(p.base_series, ''), coalesce(p.late_series, ''), p.base_seq, p.late_seq) = 1
),
oil AS (
  SELECT b.position, b.subject, b.place, min(p.date) AS oil_date,
    arg_min(p.lipiodol_ml, (p.date, p.seq)) AS oil_ml
  FROM best AS b
  JOIN procedures AS p ON p.subject = b.subject AND p.date BETWEEN b.base_date AND b.late_date
  WHERE p.lipiodol_ml > 0 OR (p.lipiodol_ml IS NULL AND p.technique = 'cTACE')
  GROUP BY b.position, b.subject, b.place
)
SELECT a.subject, a.usubjid, a.day0, c.position, b.* EXCLUDE (position, subject, pair, base_seq, late_seq),
  p.cutoff - a.day0 < n.high_day AS open, s.scanned_before, s.scanned_after,
  coalesce(r.base_other, false) AS base_other, coalesce(r.late_other, false) AS late_other,
  o.oil_date, o.oil_ml
FROM anchor AS a
CROSS JOIN normalization AS n
CROSS JOIN protocol AS p
CROSS JOIN normalization_component AS c
LEFT JOIN best AS b ON b.subject = a.subject AND b.position = c.position
LEFT JOIN scanned AS s ON s.subject = a.subject
LEFT JOIN other_reader AS r ON r.position = b.position AND r.subject = b.subject
  AND r.place = b.place
LEFT JOIN oil AS o ON o.position = b.position AND o.subject = b.subject AND o.place = b.place
WHERE c.position > 0 OR b.place IS NOT NULL
ORDER BY a.subject, c.position < 0, abs(c.position), b.place
