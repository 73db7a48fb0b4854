-- ALBI-TAE [lee2019]: prognosis before TACE, 0 to 3 points, class A to D.
--
--   1 point each:  ALBI grade 2 or 3;  AFP > 200 ng/mL;  largest lesion in cm + number > 11
--   A 0, B 1, C 2, D 3
--
-- Choices: the size is not rounded before it is added; AFP of exactly 200 has no point.
WITH item AS (
  SELECT row_id,
    CAST(albi_grade >= 2 AS INTEGER) AS grade,
    CAST(CAST(afp_ng_ml AS DECIMAL(18, 9)) > 200 AS INTEGER) AS afp,
    CAST(CAST(largest_cm AS DECIMAL(18, 9)) + lesion_number > 11 AS INTEGER) AS burden
  FROM score_input
),
total AS (SELECT row_id, grade + afp + burden AS points FROM item)
SELECT row_id, points,
  CASE points WHEN 0 THEN 'A' WHEN 1 THEN 'B' WHEN 2 THEN 'C' WHEN 3 THEN 'D' END AS class
FROM total
