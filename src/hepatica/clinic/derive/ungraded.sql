-- Measurements without a CTCAE grade although their test has one: how many, of how many subjects,
-- and why; one row a test, term and reason, at the first such record.
WITH ungraded AS (
  SELECT item, domain, subject, test, low_term AS term, low_reason AS reason, src_file, src_sheet, src_row
  FROM measurement_graded WHERE low_reason IS NOT NULL
  UNION ALL
  SELECT item, domain, subject, test, high_term, high_reason, src_file, src_sheet, src_row
  FROM measurement_graded WHERE high_reason IS NOT NULL
)
SELECT domain, test, term, reason, count(*) AS results, count(DISTINCT subject) AS subjects,
  arg_min(src_file, item) AS src_file, arg_min(src_sheet, item) AS src_sheet,
  arg_min(src_row, item) AS src_row
FROM ungraded GROUP BY domain, test, term, reason
ORDER BY domain, test, term, results DESC, reason
