-- Subjects whose earliest scan with lesions lies after the first study treatment.
SELECT b.subject, b.date, m.src_file, m.src_sheet, m.src_row
FROM baseline_scan AS b
JOIN measurements AS m ON m.subject = b.subject AND m.date = b.date
  AND coalesce(m.reader, '') = b.reader
WHERE b.late
QUALIFY row_number() OVER (PARTITION BY b.subject ORDER BY m.src_row) = 1
ORDER BY b.subject
