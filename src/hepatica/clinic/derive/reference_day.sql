-- The day on which the eligibility of each subject is judged: the first study treatment. For a
-- subject never treated: the last examination in the 28 days from consent on, else consent, else
-- the last record there is. (28 days of screening are our choice; a sample follows a consent.)
WITH started AS (
  SELECT subject, min(date) AS day FROM study_treatment GROUP BY subject
),
examination AS (
  SELECT subject, date FROM status
  UNION ALL SELECT subject, date FROM staging
  UNION ALL SELECT subject, date FROM labs
  UNION ALL SELECT subject, date FROM vitals
  UNION ALL SELECT subject, date FROM scans
  UNION ALL SELECT subject, date FROM screening
),
examined AS (
  SELECT s.subject, max(e.date) AS day
  FROM subjects AS s
  JOIN examination AS e ON e.subject = s.subject
    AND e.date BETWEEN s.consent_date AND s.consent_date + 28
  CROSS JOIN protocol
  WHERE e.date <= cutoff GROUP BY s.subject
),
seen AS (
  SELECT subject, max(date) AS day FROM (
    SELECT subject, date FROM contact UNION ALL SELECT subject, date FROM screening
  ), protocol WHERE date <= cutoff GROUP BY subject
)
SELECT s.subject,
  coalesce(started.day, examined.day, s.consent_date, seen.day) AS day,
  CASE WHEN started.day IS NOT NULL THEN 'first study treatment'
    WHEN examined.day IS NOT NULL THEN 'never treated: last examination in 28 days from consent'
    WHEN s.consent_date IS NOT NULL THEN 'never treated: consent'
    WHEN seen.day IS NOT NULL THEN 'never treated, no consent date: last record'
    ELSE 'no date on record' END AS source
FROM subjects AS s
LEFT JOIN started USING (subject)
LEFT JOIN examined USING (subject)
LEFT JOIN seen USING (subject)
ORDER BY s.subject
