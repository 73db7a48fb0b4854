-- What screening led to, one row a subject: whether enrolled, the stated reason, the criteria that
-- fail and those that are unknown (chosen readings), and the place of the subject's record.
SELECT s.subject, coalesce(s.enrolled, 'Y') = 'Y' AS enrolled, s.screen_failure_reason AS reason,
  list(i.IETESTCD ORDER BY i.IESEQ) FILTER (i.AVALC = 'FAIL') AS failed,
  list(i.IETESTCD ORDER BY i.IESEQ) FILTER (i.AVALC = 'UNKNOWN') AS unknown,
  any_value(s.src_file) AS src_file, any_value(s.src_sheet) AS src_sheet, any_value(s.src_row) AS src_row
FROM subjects AS s
JOIN adie AS i ON i.SUBJID = s.subject AND i.PARTNO = 0 AND i.READFL = 'Y'
GROUP BY s.subject, s.enrolled, s.screen_failure_reason
ORDER BY s.subject
