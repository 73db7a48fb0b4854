-- Every dated record that shows a subject alive on that day, up to the data cutoff.
WITH dated AS (
  SELECT subject, date, 'follow_up' AS source, 'date' AS variable, seq, src_file, src_sheet, src_row
  FROM follow_up WHERE status <> 'dead'
  UNION ALL SELECT subject, date, 'scans', 'date', seq, src_file, src_sheet, src_row FROM scans
  UNION ALL SELECT subject, date, 'measurements', 'date', seq, src_file, src_sheet, src_row FROM measurements
  UNION ALL SELECT subject, date, 'labs', 'date', seq, src_file, src_sheet, src_row FROM labs
  UNION ALL SELECT subject, date, 'vitals', 'date', seq, src_file, src_sheet, src_row FROM vitals
  UNION ALL SELECT subject, date, 'status', 'date', seq, src_file, src_sheet, src_row FROM status
  UNION ALL SELECT subject, date, 'staging', 'date', seq, src_file, src_sheet, src_row FROM staging
  UNION ALL SELECT subject, date, 'procedures', 'date', seq, src_file, src_sheet, src_row FROM procedures
  UNION ALL SELECT subject, date, 'dosing', 'date', seq, src_file, src_sheet, src_row FROM dosing
  UNION ALL SELECT subject, end_date, 'dosing', 'end_date', seq, src_file, src_sheet, src_row
  FROM dosing
  UNION ALL SELECT subject, consent_date, 'subjects', 'consent_date', seq, src_file, src_sheet,
    src_row FROM subjects
)
SELECT dated.* FROM dated, protocol
WHERE date IS NOT NULL AND date <= cutoff
