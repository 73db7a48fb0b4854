-- ALBI score and grade [johnson2015]: liver function in HCC from two laboratory values.
--
--   score = 0.66 x log10(bilirubin, umol/L) - 0.085 x albumin, g/L
--   grade 1   score <= -2.60
--   grade 2   -2.60 < score <= -1.39
--   grade 3   score > -1.39
--
-- Choices: the score is not rounded before it is graded; it is compared at twelve decimals.
--   Bilirubin of 0 has no logarithm and no score. Valid scores lie about -4.5 to +1.
WITH formula AS (
  SELECT row_id,
    CASE WHEN bilirubin_umol_l > 0 THEN 0.66 * log10(bilirubin_umol_l) - 0.085 * albumin_g_l END
      AS score
  FROM score_input
),
exact AS (SELECT row_id, score, CAST(score AS DECIMAL(18, 12)) AS compared FROM formula)
SELECT row_id, score,
  CASE WHEN compared <= -2.60 THEN 1 WHEN compared <= -1.39 THEN 2 WHEN compared > -1.39 THEN 3 END
    AS grade
FROM exact
