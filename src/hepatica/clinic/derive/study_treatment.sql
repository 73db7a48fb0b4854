-- Every administration of the study treatment, one row each, up to the data cutoff.
-- A procedure is study treatment where the record says so, else where the protocol names it;
-- every dosing row is study drug. Where a subject has neither, subjects.treatment_start_date.
-- `until`: last day of a constant-dosing period, no later than the cutoff; else the day itself.
WITH given AS (
  SELECT subject, date, date AS until, 'procedures' AS source, src_file, src_sheet, src_row, seq
  FROM procedures
  LEFT JOIN study_procedure AS named ON named.name = procedures.procedure
  WHERE coalesce(study_treatment = 'Y', named.name IS NOT NULL)
  UNION ALL
  SELECT subject, date, greatest(date, least(coalesce(end_date, date), cutoff)), 'dosing', src_file,
    src_sheet, src_row, seq
  FROM dosing, protocol
  WHERE dose IS NULL OR dose >= 0
)
SELECT given.* FROM given, protocol
WHERE date IS NOT NULL AND date <= cutoff
UNION ALL
SELECT subject, treatment_start_date, treatment_start_date, 'subjects', src_file, src_sheet, src_row, seq
FROM subjects, protocol
WHERE treatment_start_date <= cutoff
  AND subject NOT IN (SELECT subject FROM given, protocol WHERE date <= cutoff)
