-- MH: history, and the cause of liver disease of the subjects table.
SELECT subject, coalesce(term, category) AS MHTERM, category AS MHCAT,
  iso(start_date, start_date_flag) AS MHSTDTC, iso(end_date, end_date_flag) AS MHENDTC,
  figure(count) AS SUPP_MHCOUNT, outcome AS SUPP_MHOUT, 1 AS part, seq
FROM history
UNION ALL
SELECT subject, aetiology, 'CAUSE OF LIVER DISEASE', NULL, NULL, NULL, NULL, 2, 1
FROM subjects WHERE aetiology IS NOT NULL
ORDER BY subject, part, seq
