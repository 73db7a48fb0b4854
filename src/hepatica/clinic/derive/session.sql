-- Treatment sessions: the days of a study procedure, or the days of study drug of a subject without
-- one. A period of constant dosing is no session, and where the study gives its drug over periods a
-- single day of it is none either.
WITH day AS (
  SELECT subject, date, bool_or(source = 'procedures') AS procedure, bool_or(until > date) AS period
  FROM study_treatment WHERE source <> 'subjects' GROUP BY subject, date
),
kept AS (
  SELECT day.*, bool_or(procedure) OVER (PARTITION BY subject) AS any_procedure,
    bool_or(period) OVER () AS any_period
  FROM day
)
SELECT k.subject, k.date, row_number() OVER (PARTITION BY k.subject ORDER BY k.date) AS number,
  lead(k.date) OVER (PARTITION BY k.subject ORDER BY k.date) AS next_date,
  EXISTS (SELECT 1 FROM procedures AS p WHERE p.subject = k.subject AND p.date = k.date
    AND p.procedure IN ('BEVA-TACE', 'TACE')) AS embolization
FROM kept AS k
WHERE k.procedure OR NOT (k.any_procedure OR k.any_period)
ORDER BY k.subject, k.date
