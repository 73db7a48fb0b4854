-- The baseline scan of each subject and reader: the last one with lesions measured on or before
-- the first study treatment (or the first of all, where the protocol says so); where there is none,
-- the earliest one, flagged late.
WITH started AS (
  SELECT subject, min(date) AS trtsdt FROM study_treatment GROUP BY subject
),
seen AS (
  SELECT DISTINCT subject, coalesce(measurements.reader, '') AS reader, date
  FROM measurements, protocol WHERE date <= cutoff
)
SELECT seen.subject, seen.reader,
  CASE WHEN bool_and(first_scan) THEN min(date)
    ELSE coalesce(max(date) FILTER (date <= trtsdt), min(date)) END AS date,
  coalesce(bool_and(date > trtsdt), FALSE) AS late
FROM seen LEFT JOIN started USING (subject) CROSS JOIN protocol
GROUP BY seen.subject, seen.reader
