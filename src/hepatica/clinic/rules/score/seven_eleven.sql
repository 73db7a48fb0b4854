-- Seven-eleven criteria [hung2021]: tumour burden before TACE.
--
--   largest lesion in cm + number of lesions;  low <= 7;  intermediate > 7 to <= 11;  high > 11
--
-- Choices: the size is not rounded before it is added. No lesion, no score.
WITH total AS (
  SELECT row_id,
    CASE WHEN lesion_number >= 1 AND largest_cm > 0
      THEN CAST(largest_cm AS DECIMAL(18, 9)) + lesion_number END AS score
  FROM score_input
)
SELECT row_id, CAST(score AS DOUBLE) AS score,
  CASE WHEN score <= 7 THEN 'low' WHEN score <= 11 THEN 'intermediate' WHEN score > 11 THEN 'high' END
    AS class
FROM total
