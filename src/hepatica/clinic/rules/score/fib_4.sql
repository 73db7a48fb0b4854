-- FIB-4 index [sterling2006]: fibrosis of the liver from age, transaminases and platelets.
--
--   age, years x AST, U/L / (platelets, 10^9/L x sqrt(ALT, U/L))
--                        low       indeterminate   advanced
--   viral (default)      < 1.45    1.45 to 3.25    > 3.25
--   NAFLD                < 1.30    1.30 to 2.67    > 2.67    (from 65 years on: low below 2.0)
--
-- Choices: `cutoffs` is viral where not given. Transaminases rise after TACE and inflate the index:
--   use samples taken before the first session.
-- Not confirmed at the source: formula and all cut-offs.
WITH formula AS (
  SELECT row_id, coalesce(cutoffs, 'viral') AS cutoffs, CAST(age_years AS DOUBLE) AS age,
    CASE WHEN platelets_giga_l > 0 AND alt_u_l > 0
      THEN age_years * ast_u_l / (platelets_giga_l * sqrt(alt_u_l)) END AS score
  FROM score_input
),
exact AS (
  SELECT row_id, score, CAST(score AS DECIMAL(18, 9)) AS compared,
    CASE WHEN cutoffs = 'viral' THEN 1.45 WHEN age >= 65 THEN 2.0 WHEN age < 65 THEN 1.30 END AS low,
    CASE WHEN cutoffs = 'viral' THEN 3.25 ELSE 2.67 END AS high
  FROM formula
)
SELECT row_id, score,
  CASE WHEN compared < low THEN 'low' WHEN compared <= high THEN 'indeterminate'
    WHEN compared > high THEN 'advanced' END AS class
FROM exact
