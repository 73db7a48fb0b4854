-- Substages of BCLC B by Bolondi [bolondi2012].
--
--        Child-Pugh points   up-to-seven   ECOG
--   B1   5 to 7              in            0
--   B2   5 to 6              out           0
--   B3   7                   out           0
--   B4   8 to 9              any           0 to 1
--   none of them with portal vein thrombosis
--
-- Choices: up-to-seven is largest lesion in cm + number <= 7, without rounding, from imaging. The
--   substages presuppose stage B: more than one lesion, and not 2-3 lesions of at most 3 cm; no
--   macrovascular invasion (which stands for portal vein thrombosis), no extrahepatic spread.
--   A patient in none of the rows is 'none'. A missing input gives no substage.
WITH input AS (
  SELECT row_id, child_pugh_points AS points, ecog, lesion_number AS number,
    CAST(largest_cm AS DECIMAL(18, 9)) AS largest, vascular_invasion OR extrahepatic_spread AS spread,
    coalesce(child_pugh_points IS NOT NULL AND lesion_number >= 1 AND largest_cm > 0
      AND ecog BETWEEN 0 AND 4 AND vascular_invasion IS NOT NULL AND extrahepatic_spread IS NOT NULL,
      FALSE) AS known
  FROM score_input
)
SELECT row_id,
  CASE WHEN NOT known THEN NULL
    WHEN spread OR number = 1 OR (number <= 3 AND largest <= 3) THEN 'none'
    WHEN points <= 7 AND largest + number <= 7 AND ecog = 0 THEN 'B1'
    WHEN points <= 6 AND ecog = 0 THEN 'B2'
    WHEN points = 7 AND ecog = 0 THEN 'B3'
    WHEN points BETWEEN 8 AND 9 AND ecog <= 1 THEN 'B4'
    ELSE 'none' END AS substage
FROM input
