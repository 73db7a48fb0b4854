-- APRI [wai2003]: AST to platelet ratio index.
--
--   100 x (AST / upper limit of normal of AST) / platelets, 10^9/L
--   significant fibrosis: absent below 0.5, present above 1.5
--   cirrhosis: absent below 1.0, present above 2.0
--   classes: <0.5 | 0.5-1.5 | >1.5-2.0 | >2.0
--
-- Choices: both values of AST in the same unit and of the same laboratory. Transaminases rise after
--   TACE and inflate the index: use samples taken before the first session.
-- Not confirmed at the source: formula and cut-offs.
WITH formula AS (
  SELECT row_id,
    CASE WHEN ast_uln_u_l > 0 AND platelets_giga_l > 0
      THEN 100 * (ast_u_l / ast_uln_u_l) / platelets_giga_l END AS score
  FROM score_input
),
exact AS (SELECT row_id, score, CAST(score AS DECIMAL(18, 9)) AS compared FROM formula)
SELECT row_id, score,
  CASE WHEN compared < 0.5 THEN '<0.5' WHEN compared <= 1.5 THEN '0.5-1.5'
    WHEN compared <= 2.0 THEN '>1.5-2.0' WHEN compared > 2.0 THEN '>2.0' END AS class
FROM exact
