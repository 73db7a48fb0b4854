-- mHAP-II score [park2016]: the HAP items and the number of lesions, 0 to 5 points, class A to D.
--
--   1 point each:  albumin < 36 g/L;  bilirubin > 17 umol/L;  AFP > 400 ng/mL;  largest lesion > 7 cm;
--                  2 lesions or more
--   A 0, B 1, C 2, D 3 to 5
--
-- Choices: as hap.sql, every inequality of a measured value is strict.
WITH item AS (
  SELECT row_id,
    CAST(CAST(albumin_g_l AS DECIMAL(18, 9)) < 36 AS INTEGER) AS albumin,
    CAST(CAST(bilirubin_umol_l AS DECIMAL(18, 9)) > 17 AS INTEGER) AS bilirubin,
    CAST(CAST(afp_ng_ml AS DECIMAL(18, 9)) > 400 AS INTEGER) AS afp,
    CAST(CAST(largest_cm AS DECIMAL(18, 9)) > 7 AS INTEGER) AS largest,
    CAST(lesion_number >= 2 AS INTEGER) AS number
  FROM score_input
),
total AS (SELECT row_id, albumin + bilirubin + afp + largest + number AS points FROM item)
SELECT row_id, points,
  CASE WHEN points = 0 THEN 'A' WHEN points = 1 THEN 'B' WHEN points = 2 THEN 'C'
    WHEN points >= 3 THEN 'D' END AS class
FROM total
