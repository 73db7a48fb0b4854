-- MELD-Na as used for allocation in the United States from 2016 [optn2016].
--
--   MELD <= 11:  MELD
--   MELD > 11:   MELD + 1.32 x (137 - Na) - 0.033 x MELD x (137 - Na), rounded
--   sodium in mmol/L counts as 125 below that and as 137 above
--
-- Choices: `meld` is the rounded score of meld.sql, in the condition and in the formula; rounded
--   half up; 6 to 40 as MELD. A missing sodium gives no score, also where MELD alone would settle it.
WITH bounded AS (
  SELECT row_id, CAST(meld AS DECIMAL(18, 9)) AS meld,
    CAST(CASE WHEN sodium_mmol_l < 125 THEN 125 WHEN sodium_mmol_l > 137 THEN 137
      ELSE sodium_mmol_l END AS DECIMAL(18, 9)) AS sodium
  FROM score_input
),
formula AS (
  SELECT row_id,
    CASE WHEN sodium IS NULL THEN NULL
      WHEN meld <= 11 THEN CAST(meld AS DOUBLE)
      ELSE CAST(meld AS DOUBLE) + 1.32 * CAST(137 - sodium AS DOUBLE)
        - 0.033 * CAST(meld AS DOUBLE) * CAST(137 - sodium AS DOUBLE) END AS unrounded
  FROM bounded
),
whole AS (
  SELECT row_id, unrounded, CAST(round(CAST(unrounded AS DECIMAL(18, 9))) AS BIGINT) AS score
  FROM formula
)
SELECT row_id, CASE WHEN score < 6 THEN 6 WHEN score > 40 THEN 40 ELSE score END AS score, unrounded
FROM whole
