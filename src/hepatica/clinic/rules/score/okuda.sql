-- Okuda stage [okuda1985]: prognosis of HCC from the tumour's share of the liver and liver function.
--
--   1 factor each:  tumour > 50 % of the liver;  ascites;  albumin < 3.0 g/dL;  bilirubin > 3.0 mg/dL
--   I 0, II 1 or 2, III 3 or 4
--
-- Choices: ascites of any degree counts; every inequality is strict.
WITH item AS (
  SELECT row_id,
    CAST(CAST(liver_share_percent AS DECIMAL(18, 9)) > 50 AS INTEGER) AS tumour,
    CASE WHEN ascites = 'none' THEN 0 WHEN ascites IN ('mild', 'moderate', 'severe') THEN 1 END
      AS ascites,
    CAST(CAST(albumin_g_dl AS DECIMAL(18, 9)) < 3.0 AS INTEGER) AS albumin,
    CAST(CAST(bilirubin_mg_dl AS DECIMAL(18, 9)) > 3.0 AS INTEGER) AS bilirubin
  FROM score_input
),
total AS (SELECT row_id, tumour + ascites + albumin + bilirubin AS factors FROM item)
SELECT row_id, factors,
  CASE WHEN factors = 0 THEN 'I' WHEN factors <= 2 THEN 'II' WHEN factors >= 3 THEN 'III' END AS stage
FROM total
