-- MELD-Na of Kim 2008 [kim2008]: MELD with serum sodium, as first published.
--
--   MELD - Na - 0.025 x MELD x (140 - Na) + 140, rounded
--   sodium in mmol/L counts as 125 below that and as 140 above
--
-- Choices: `meld` is the rounded score of meld.sql; rounded half up; no bounds of its own.
WITH bounded AS (
  SELECT row_id, CAST(meld AS DOUBLE) AS meld,
    CASE WHEN sodium_mmol_l < 125 THEN 125 WHEN sodium_mmol_l > 140 THEN 140
      ELSE sodium_mmol_l END AS sodium
  FROM score_input
),
formula AS (
  SELECT row_id, meld - sodium - 0.025 * meld * (140 - sodium) + 140 AS unrounded FROM bounded
)
SELECT row_id, CAST(round(CAST(unrounded AS DECIMAL(18, 9))) AS BIGINT) AS score, unrounded
FROM formula
