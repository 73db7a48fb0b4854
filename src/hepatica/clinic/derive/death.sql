-- Death: the earliest follow-up row of status dead on or before the data cutoff.
SELECT subject, date, cause, seq, src_file, src_sheet, src_row
FROM follow_up, protocol
WHERE status = 'dead' AND date <= cutoff
QUALIFY row_number() OVER (PARTITION BY subject ORDER BY date, seq) = 1
