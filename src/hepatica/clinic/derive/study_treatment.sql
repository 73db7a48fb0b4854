-- Every administration of the study treatment, one row each, up to the data cutoff.
-- A procedure is study treatment where the record says so, else where the protocol names it;
-- every dosing row is study drug. Where a subject has neither, subjects.treatment_start_date.
WITH given AS (
  SELECT subject, date, 'procedures' AS source, src_file, src_sheet, src_row, seq
  FROM procedures
  LEFT JOIN study_procedure AS named ON named.name = procedures.procedure
  WHERE coalesce(study_treatment = 'Y', named.name IS NOT NULL)
  UNION ALL
  SELECT subject, date, 'dosing', src_file, src_sheet, src_row, seq
  FROM dosing
  WHERE dose IS NULL OR dose >= 0
)
SELECT given.* FROM given, protocol
WHERE date IS NOT NULL AND date <= cutoff
UNION ALL
SELECT subject, treatment_start_date, 'subjects', src_file, src_sheet, src_row, seq
FROM subjects, protocol
WHERE treatment_start_date <= cutoff
  AND subject NOT IN (SELECT subject FROM given, protocol WHERE date <= cutoff)
