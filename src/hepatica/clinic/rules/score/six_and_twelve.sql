-- Six-and-twelve score [wang2019]: survival after TACE by tumour burden.
--
--   largest lesion in cm + number of lesions;  class 1 <= 6;  2 > 6 to <= 12;  3 > 12
--
-- Choices: the size is not rounded before it is added. No lesion, no score.
WITH total AS (
  SELECT row_id,
    CASE WHEN lesion_number >= 1 AND largest_cm > 0
      THEN CAST(largest_cm AS DECIMAL(18, 9)) + lesion_number END AS score
  FROM score_input
)
SELECT row_id, CAST(score AS DOUBLE) AS score,
  CASE WHEN score <= 6 THEN 1 WHEN score <= 12 THEN 2 WHEN score > 12 THEN 3 END AS class
FROM total
