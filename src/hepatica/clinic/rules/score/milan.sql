-- Milan criteria [mazzaferro1996]: transplantation for small HCC.
--
--   in: one lesion of at most 5 cm, or 2-3 lesions of at most 3 cm each; no macrovascular invasion;
--   no extrahepatic spread;  else out
--
-- Choices: the largest lesion stands for the size of each. A missing input gives no answer, also
--   where the others would settle it. No lesion, no answer.
-- Not confirmed at the source: all of it.
WITH input AS (
  SELECT row_id, lesion_number AS number, CAST(largest_cm AS DECIMAL(18, 9)) AS largest,
    vascular_invasion AS invasion, extrahepatic_spread AS spread
  FROM score_input
)
SELECT row_id,
  CASE WHEN number IS NULL OR largest IS NULL OR invasion IS NULL OR spread IS NULL
      OR number < 1 OR largest <= 0 THEN NULL
    WHEN NOT invasion AND NOT spread
      AND ((number = 1 AND largest <= 5) OR (number <= 3 AND largest <= 3)) THEN 'in'
    ELSE 'out' END AS class
FROM input
