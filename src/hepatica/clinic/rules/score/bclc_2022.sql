-- BCLC stage of 2022 [reig2022]: the tumour and performance of 2018, stage B divided in three.
-- The first line that holds is the stage:
--
--   D   ECOG 3-4, or end-stage liver (here Child-Pugh C) not to be transplanted
--   C   macrovascular invasion, extrahepatic spread, or ECOG 1-2 from the cancer
--   0   one nodule of at most 2 cm
--   A   one nodule of any size, or 2-3 nodules of at most 3 cm each
--   B   more:  B1  within extended criteria for transplantation
--              B2  well-defined nodules, portal flow kept, selective access (TACE)
--              B3  diffuse, infiltrative or extensive bilobar (systemic therapy)
--
-- Choices, as columns: `ps_is_cancer_related` (TRUE where not given), `transplant_candidate` (FALSE
--   where not given; Child-Pugh C within Milan [mazzaferro1996] is then A) and `preserved_function`
--   as in bclc_2018.sql. `extended_transplant` and `growth` (well-defined or diffuse) divide stage
--   B: diffuse is B3, whatever else is known, then an extended transplant candidate B1, then
--   well-defined B2. Without them B is not divided.
-- The names B1, B2 and B3 are ours. Function is graded with ALBI, MELD and AFP as well in the
--   publication; here Child-Pugh alone decides. Migration of the treatment is not derived.
-- A missing input gives no stage, also where the others would settle it.
-- Not confirmed at the source: all of it but the skeleton of 2018.
WITH input AS (
  SELECT row_id, lesion_number AS number, CAST(largest_cm AS DECIMAL(18, 9)) AS largest,
    vascular_invasion OR extrahepatic_spread AS spread, vascular_invasion, extrahepatic_spread,
    ecog, child_pugh_class AS liver, ascites, preserved_function,
    extended_transplant, growth,
    coalesce(ps_is_cancer_related, TRUE) AS cancer_related,
    coalesce(transplant_candidate, FALSE) AS candidate
  FROM score_input
),
judged AS (
  SELECT row_id, number, largest, spread, ecog, liver, cancer_related, ascites, preserved_function,
    extended_transplant, growth,
    coalesce(number >= 1 AND largest > 0 AND vascular_invasion IS NOT NULL
      AND extrahepatic_spread IS NOT NULL AND ecog BETWEEN 0 AND 4 AND liver IN ('A', 'B', 'C'), FALSE)
      AS known,
    candidate AND ((number = 1 AND largest <= 5) OR (number <= 3 AND largest <= 3)) AND NOT spread
      AS transplantable
  FROM input
),
staged AS (
  SELECT row_id,
    extended_transplant, growth,
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
  CASE WHEN stage = 'B' AND growth = 'diffuse' THEN 'B3'
    WHEN stage = 'B' AND extended_transplant THEN 'B1'
    WHEN stage = 'B' AND growth = 'well-defined' THEN 'B2' END AS substage,
  CASE WHEN stage IS NOT NULL THEN preserved END AS preserved_function
FROM staged
