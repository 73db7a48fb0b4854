-- Values on record that a score refused because they lie outside their plausible range, each once.
SELECT DISTINCT c.subject, c.label, c.shown, n.low, n.high, n.unit, c.src_file, c.src_sheet, c.src_row
FROM score_cell AS c
JOIN score_need AS n ON n.score = c.score AND n."column" = c."column"
WHERE c.state = 'refused'
ORDER BY c.subject, c.label, c.src_file, c.src_sheet, c.src_row
