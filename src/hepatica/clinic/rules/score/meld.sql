-- MELD score [kamath2001]: short-term mortality of end-stage liver disease, 6 to 40.
--
--   10 x (0.957 ln(creatinine, mg/dL) + 0.378 ln(bilirubin, mg/dL) + 1.120 ln(INR) + 0.643), rounded
--   each value below 1.0 counts as 1.0; creatinine above 4.0 as 4.0
--   dialysis at least twice in the last week: creatinine counts as 4.0
--
-- Choices: `dialysis` is FALSE where not given; rounded half up; the bounds are those of the
--   American network (UNOS). CASE, not greatest(): greatest() would take a missing value for 1.0.
WITH bounded AS (
  SELECT row_id,
    CASE WHEN bilirubin_mg_dl < 1 THEN 1 ELSE bilirubin_mg_dl END AS bilirubin,
    CASE WHEN inr < 1 THEN 1 ELSE inr END AS inr,
    CASE WHEN coalesce(dialysis, FALSE) OR creatinine_mg_dl > 4 THEN 4
      WHEN creatinine_mg_dl < 1 THEN 1 ELSE creatinine_mg_dl END AS creatinine
  FROM score_input
),
formula AS (
  SELECT row_id,
    10 * (0.957 * ln(creatinine) + 0.378 * ln(bilirubin) + 1.120 * ln(inr) + 0.643) AS unrounded
  FROM bounded
),
whole AS (
  SELECT row_id, unrounded, CAST(round(CAST(unrounded AS DECIMAL(18, 9))) AS BIGINT) AS score
  FROM formula
)
SELECT row_id,
  CASE WHEN score < 6 THEN 6 WHEN score > 40 THEN 40 ELSE score END AS score, unrounded
FROM whole
