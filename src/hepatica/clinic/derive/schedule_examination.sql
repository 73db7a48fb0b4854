-- The days on which each assessment of the schedule was done, whatever it showed. A scan that
-- cannot be assessed was done; an unenhanced CT or MRI is not the contrast scan that was planned.
-- Adverse events leave no record of a day on which nobody had one, so they cannot be followed here.
WITH done AS (
  SELECT subject, date, 'contrast CT or MRI' AS assessment, 'scans' AS source, src_file, src_sheet, src_row, seq
  FROM scans
  WHERE modality IN ('CT', 'MRI', 'PET-CT') AND coalesce(phase, '') <> 'unenhanced'
  UNION ALL
  SELECT m.subject, m.date, 'contrast CT or MRI', 'measurements', m.src_file, m.src_sheet, m.src_row, m.seq
  FROM measurements AS m ANTI JOIN scans AS s ON s.subject = m.subject AND s.date = m.date
  UNION ALL SELECT subject, date, 'labs', 'labs', src_file, src_sheet, src_row, seq FROM labs
  UNION ALL SELECT subject, date, 'vital signs', 'vitals', src_file, src_sheet, src_row, seq FROM vitals
  UNION ALL
  SELECT subject, date, 'ECOG performance status', 'status', src_file, src_sheet, src_row, seq
  FROM status WHERE ecog IS NOT NULL
  UNION ALL
  SELECT subject, date, 'liver status', 'status', src_file, src_sheet, src_row, seq FROM status
  WHERE ascites IS NOT NULL OR encephalopathy IS NOT NULL OR child_pugh_points IS NOT NULL
    OR child_pugh_class IS NOT NULL
  UNION ALL SELECT subject, date, 'survival', 'follow_up', src_file, src_sheet, src_row, seq FROM follow_up
)
SELECT subject, assessment, date, arg_min(source, (source, seq)) AS source,
  arg_min(src_file, (source, seq)) AS src_file, arg_min(src_sheet, (source, seq)) AS src_sheet,
  arg_min(src_row, (source, seq)) AS src_row
FROM done, protocol
WHERE date <= cutoff
GROUP BY subject, assessment, date
ORDER BY subject, assessment, date
