-- HAP score [kadalayil2013]: prognosis before TACE, 0 to 4 points, class A to D.
--
--   1 point each:  albumin < 36 g/L;  bilirubin > 17 umol/L;  AFP > 400 ng/mL;  largest lesion > 7 cm
--   A 0, B 1, C 2, D 3 or 4
--
-- Choices: every inequality is strict, so a value on the boundary has no point.
WITH item AS (
  SELECT row_id,
    CAST(CAST(albumin_g_l AS DECIMAL(18, 9)) < 36 AS INTEGER) AS albumin,
    CAST(CAST(bilirubin_umol_l AS DECIMAL(18, 9)) > 17 AS INTEGER) AS bilirubin,
    CAST(CAST(afp_ng_ml AS DECIMAL(18, 9)) > 400 AS INTEGER) AS afp,
    CAST(CAST(largest_cm AS DECIMAL(18, 9)) > 7 AS INTEGER) AS largest
  FROM score_input
),
total AS (SELECT row_id, albumin + bilirubin + afp + largest AS points FROM item)
SELECT row_id, points,
  CASE WHEN points = 0 THEN 'A' WHEN points = 1 THEN 'B' WHEN points = 2 THEN 'C'
    WHEN points >= 3 THEN 'D' END AS class
FROM total
