-- Up-to-seven criteria [mazzaferro2009]: transplantation beyond Milan.
--
--   in: largest lesion in cm + number of lesions <= 7 and no microvascular invasion;  else out
--
-- Choices: the size is not rounded before it is added. `microvascular_invasion` is known from the
--   removed liver only; FALSE where not given, which is the radiological use of the criteria.
-- Not confirmed at the source: all of it.
WITH total AS (
  SELECT row_id, coalesce(microvascular_invasion, FALSE) AS invasion,
    CASE WHEN lesion_number >= 1 AND largest_cm > 0
      THEN CAST(largest_cm AS DECIMAL(18, 9)) + lesion_number END AS score
  FROM score_input
)
SELECT row_id, CAST(score AS DOUBLE) AS score,
  CASE WHEN score <= 7 AND NOT invasion THEN 'in' WHEN score IS NOT NULL THEN 'out' END AS class
FROM total
