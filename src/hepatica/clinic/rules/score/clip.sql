-- CLIP score [clip1998]: prognosis of HCC, 0 to 6 points.
--
--                    0                        1                          2
--   Child-Pugh       A                        B                          C
--   morphology       uninodular, <= 50 %      multinodular, <= 50 %      massive, or > 50 % of the liver
--   AFP, ng/mL       < 400                    >= 400
--   portal vein thrombosis   no               yes
--
-- Choices: massive has 2 points whatever the share of the liver, so the share may then be missing.
WITH item AS (
  SELECT row_id,
    CASE child_pugh_class WHEN 'A' THEN 0 WHEN 'B' THEN 1 WHEN 'C' THEN 2 END AS liver,
    CASE WHEN morphology = 'massive' OR CAST(liver_share_percent AS DECIMAL(18, 9)) > 50 THEN 2
      WHEN liver_share_percent IS NULL THEN NULL
      WHEN morphology = 'uninodular' THEN 0 WHEN morphology = 'multinodular' THEN 1 END AS tumour,
    CAST(CAST(afp_ng_ml AS DECIMAL(18, 9)) >= 400 AS INTEGER) AS afp,
    CAST(portal_vein_thrombosis AS INTEGER) AS thrombosis
  FROM score_input
)
SELECT row_id, liver + tumour + afp + thrombosis AS points FROM item
