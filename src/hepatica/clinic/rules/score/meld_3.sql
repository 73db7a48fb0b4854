-- MELD 3.0 [kim2021]: MELD with sex, sodium and albumin, 6 to 40.
--
--   1.33 (women) + 4.56 ln(bilirubin) + 0.82 (137 - Na) - 0.24 (137 - Na) ln(bilirubin)
--     + 9.09 ln(INR) + 11.14 ln(creatinine) + 1.85 (3.5 - albumin)
--     - 1.83 (3.5 - albumin) ln(creatinine) + 6, rounded
--   bilirubin and creatinine in mg/dL, albumin in g/dL, sodium in mmol/L
--   bilirubin and INR below 1.0 count as 1.0; creatinine 1.0 to 3.0; sodium 125 to 137;
--   albumin 1.5 to 3.5; dialysis at least twice in the last week: creatinine counts as 3.0
--
-- Choices: `dialysis` is FALSE where not given; rounded half up, then bounded. Adults only: from 12
--   to 17 years 1.33 is added for both sexes in use in the United States, which is not done here.
-- Not confirmed at the source: the rule for 12 to 17 years.
WITH bounded AS (
  SELECT row_id, CASE sex WHEN 'F' THEN 1.33 WHEN 'M' THEN 0 END AS sex,
    ln(CASE WHEN bilirubin_mg_dl < 1 THEN 1 ELSE bilirubin_mg_dl END) AS bilirubin,
    ln(CASE WHEN inr < 1 THEN 1 ELSE inr END) AS inr,
    ln(CASE WHEN coalesce(dialysis, FALSE) OR creatinine_mg_dl > 3 THEN 3
      WHEN creatinine_mg_dl < 1 THEN 1 ELSE creatinine_mg_dl END) AS creatinine,
    137 - CASE WHEN sodium_mmol_l < 125 THEN 125 WHEN sodium_mmol_l > 137 THEN 137
      ELSE sodium_mmol_l END AS sodium,
    3.5 - CASE WHEN albumin_g_dl < 1.5 THEN 1.5 WHEN albumin_g_dl > 3.5 THEN 3.5
      ELSE albumin_g_dl END AS albumin
  FROM score_input
),
formula AS (
  SELECT row_id,
    sex + 4.56 * bilirubin + 0.82 * sodium - 0.24 * sodium * bilirubin + 9.09 * inr
      + 11.14 * creatinine + 1.85 * albumin - 1.83 * albumin * creatinine + 6 AS unrounded
  FROM bounded
),
whole AS (
  SELECT row_id, unrounded, CAST(round(CAST(unrounded AS DECIMAL(18, 9))) AS BIGINT) AS score
  FROM formula
)
SELECT row_id, CASE WHEN score < 6 THEN 6 WHEN score > 40 THEN 40 ELSE score END AS score, unrounded
FROM whole
