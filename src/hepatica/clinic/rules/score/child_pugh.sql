-- Child-Pugh score [pugh1973]: how well a cirrhotic liver works, 5 to 15 points, class A, B or C.
--
--                      1 point   2 points                      3 points
--   bilirubin, mg/dL   < 2.0     2.0 to 3.0                    > 3.0
--     cholestatic      < 4.0     4.0 to 10.0                   > 10.0
--   albumin, g/dL      > 3.5     2.8 to 3.5                    < 2.8
--   INR                < 1.7     1.7 to 2.3                    > 2.3
--   ascites            none      mild, or controlled           moderate or severe, or refractory
--   encephalopathy     0         West Haven 1-2                West Haven 3-4
-- Class A is 5 to 6 points, B 7 to 9, C 10 to 15.
--
-- Choices: INR in the place of the prothrombin time; a value on a boundary has 2 points;
--   `cholestatic` (primary biliary cholangitis, sclerosing cholangitis), FALSE where not given,
--   takes the second line of bilirubin. Bilirubin in umol/L is divided by 17.104, so that the
--   boundaries are 34.208 and 51.312 umol/L (labels often print 34 and 51).
-- Not confirmed at the source: the cholestatic line; some versions end the middle band of INR at 2.2.
WITH input AS (
  SELECT row_id, ascites, encephalopathy, coalesce(cholestatic, FALSE) AS cholestatic,
    CAST(bilirubin_mg_dl AS DECIMAL(18, 9)) AS bilirubin,
    CAST(albumin_g_dl AS DECIMAL(18, 9)) AS albumin,
    CAST(inr AS DECIMAL(18, 9)) AS inr
  FROM score_input
),
item AS (
  SELECT row_id,
    CASE WHEN cholestatic THEN CASE WHEN bilirubin < 4.0 THEN 1 WHEN bilirubin <= 10.0 THEN 2
        WHEN bilirubin > 10.0 THEN 3 END
      WHEN bilirubin < 2.0 THEN 1 WHEN bilirubin <= 3.0 THEN 2 WHEN bilirubin > 3.0 THEN 3 END
      AS bilirubin,
    CASE WHEN albumin > 3.5 THEN 1 WHEN albumin >= 2.8 THEN 2 WHEN albumin < 2.8 THEN 3 END AS albumin,
    CASE WHEN inr < 1.7 THEN 1 WHEN inr <= 2.3 THEN 2 WHEN inr > 2.3 THEN 3 END AS inr,
    CASE ascites WHEN 'none' THEN 1 WHEN 'mild' THEN 2 WHEN 'moderate' THEN 3 WHEN 'severe' THEN 3 END
      AS ascites,
    CASE encephalopathy WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 2 WHEN 3 THEN 3 WHEN 4 THEN 3 END
      AS encephalopathy
  FROM input
),
total AS (
  SELECT row_id, bilirubin + albumin + inr + ascites + encephalopathy AS points FROM item
)
SELECT row_id, points,
  CASE WHEN points <= 6 THEN 'A' WHEN points <= 9 THEN 'B' WHEN points >= 10 THEN 'C' END AS class
FROM total
