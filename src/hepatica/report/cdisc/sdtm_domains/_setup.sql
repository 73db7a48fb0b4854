-- What the SELECTs of this folder share.
-- iso        a date as SDTM writes it, as far as it was known: 2016, 2016-03, 2016-03-02
-- figure     a number without needless zeros
-- evaluator, evaluator_id   the two parts of a reader such as INDEPENDENT ASSESSOR:RADIOLOGIST 1
CREATE MACRO iso(day, flag) AS
  strftime(day, '%Y-%m-%d')[:CASE flag WHEN 'M' THEN 4 WHEN 'D' THEN 7 ELSE 10 END];

CREATE MACRO figure(value) AS regexp_replace(CAST(value AS VARCHAR), '\.0$', '');

CREATE MACRO evaluator(reader) AS nullif(split_part(reader, ':', 1), '');

CREATE MACRO evaluator_id(reader) AS nullif(substr(reader, strpos(reader || ':', ':') + 1), '');

-- The one method of imaging that a subject had on a day; the first by name where several.
CREATE TEMP TABLE imaging AS
SELECT subject, date, min(modality) AS method
FROM scans WHERE modality IS NOT NULL
GROUP BY subject, date;

-- Start of treatment: as recorded, else the first dose or study procedure.
CREATE TEMP TABLE reference AS
WITH given AS (
  SELECT subject, date, date_flag AS flag, coalesce(end_date, date) AS until FROM dosing
  UNION ALL
  SELECT subject, date, date_flag, date FROM procedures
  WHERE study_treatment = 'Y'
    OR study_treatment IS NULL AND procedure IN (SELECT name FROM study_procedure)
),
first AS (
  SELECT subject, min(date) AS first, min_by(flag, date) AS flag, max(until) AS last
  FROM given WHERE date IS NOT NULL GROUP BY subject
)
SELECT s.subject,
  CASE WHEN s.treatment_start_date IS NOT NULL
    THEN iso(s.treatment_start_date, s.treatment_start_date_flag)
    ELSE iso(f.first, f.flag) END AS start_dtc,
  strftime(f.last, '%Y-%m-%d') AS end_dtc
FROM subjects AS s LEFT JOIN first AS f USING (subject);
