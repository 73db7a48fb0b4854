-- BCLC stage of the European guideline of 2018 [easl2018]: tumour, performance and liver together.
-- The first line that holds is the stage:
--
--   D   ECOG 3-4, or Child-Pugh C (not to be transplanted)
--   C   macrovascular invasion, extrahepatic spread, or ECOG 1-2 from the cancer
--   0   one nodule of at most 2 cm
--   A   one nodule of any size, or 2-3 nodules of at most 3 cm each
--   B   more
--
-- Choices, as columns: `ps_is_cancer_related` (TRUE where not given): ECOG 1-2 from another cause
--   does not make stage C. `transplant_candidate` (FALSE where not given): Child-Pugh C within the
--   Milan criteria [mazzaferro1996] is A where nothing makes it C or D. `preserved_function`: the
--   clinician's own judgement, where given.
-- The publication asks for preserved liver function in stages 0 to C; a stage is given without it
--   too, and the second output says so: TRUE for Child-Pugh A without ascites, FALSE for A with
--   ascites and for B and C, unknown for A where ascites is.
-- A missing input gives no stage, also where the others would settle it.
-- Not confirmed at the source: preserved function as Child-Pugh A without ascites.
WITH input AS (
  SELECT row_id, lesion_number AS number, CAST(largest_cm AS DECIMAL(18, 9)) AS largest,
    vascular_invasion OR extrahepatic_spread AS spread, vascular_invasion, extrahepatic_spread,
    ecog, child_pugh_class AS liver, ascites, preserved_function,
    coalesce(ps_is_cancer_related, TRUE) AS cancer_related,
    coalesce(transplant_candidate, FALSE) AS candidate
  FROM score_input
),
judged AS (
  SELECT row_id, number, largest, spread, ecog, liver, cancer_related, ascites, preserved_function,
    coalesce(number >= 1 AND largest > 0 AND vascular_invasion IS NOT NULL
      AND extrahepatic_spread IS NOT NULL AND ecog BETWEEN 0 AND 4 AND liver IN ('A', 'B', 'C'), FALSE)
      AS known,
    candidate AND ((number = 1 AND largest <= 5) OR (number <= 3 AND largest <= 3)) AND NOT spread
      AS transplantable
  FROM input
),
staged AS (
  SELECT row_id,
    CASE WHEN NOT known THEN NULL
      WHEN ecog >= 3 OR (liver = 'C' AND NOT transplantable) THEN 'D'
      WHEN spread OR (ecog >= 1 AND cancer_related) THEN 'C'
      WHEN number = 1 AND largest <= 2 AND liver <> 'C' THEN '0'
      WHEN number = 1 OR (number <= 3 AND largest <= 3) THEN 'A'
      ELSE 'B' END AS stage,
    CASE WHEN preserved_function IS NOT NULL THEN preserved_function
      WHEN liver IN ('B', 'C') OR ascites <> 'none' THEN FALSE
      WHEN liver = 'A' AND ascites = 'none' THEN TRUE END AS preserved
  FROM judged
)
SELECT row_id, stage,
  CASE WHEN stage IS NOT NULL THEN preserved END AS preserved_function
FROM staged
