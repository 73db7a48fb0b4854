-- Every dated record that shows a subject alive on that day, up to the data cutoff.
WITH dated AS (
  SELECT subject, date, 'follow_up' AS source, seq, src_file, src_sheet, src_row
  FROM follow_up WHERE status <> 'dead'
  UNION ALL SELECT subject, date, 'scans', seq, src_file, src_sheet, src_row FROM scans
  UNION ALL SELECT subject, date, 'measurements', seq, src_file, src_sheet, src_row FROM measurements
  UNION ALL SELECT subject, date, 'labs', seq, src_file, src_sheet, src_row FROM labs
  UNION ALL SELECT subject, date, 'vitals', seq, src_file, src_sheet, src_row FROM vitals
  UNION ALL SELECT subject, date, 'status', seq, src_file, src_sheet, src_row FROM status
  UNION ALL SELECT subject, date, 'staging', seq, src_file, src_sheet, src_row FROM staging
  UNION ALL SELECT subject, date, 'procedures', seq, src_file, src_sheet, src_row FROM procedures
  UNION ALL SELECT subject, coalesce(end_date, date), 'dosing', seq, src_file, src_sheet, src_row
  FROM dosing
  UNION ALL SELECT subject, consent_date, 'subjects', seq, src_file, src_sheet, src_row FROM subjects
)
SELECT dated.* FROM dated, protocol
WHERE date IS NOT NULL AND date <= cutoff
