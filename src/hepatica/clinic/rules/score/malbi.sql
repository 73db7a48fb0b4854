-- Modified ALBI grade [hiraoka2017]: the ALBI score in four grades; grade 2 is divided at -2.270.
--
--   grade 1    score <= -2.60
--   grade 2a   -2.60 < score < -2.27
--   grade 2b   -2.27 <= score <= -1.39
--   grade 3    score > -1.39
--
-- Choices: the ALBI score [johnson2015] is the rule albi.sql; it is not rounded before it is graded.
-- Not confirmed at the source: the cut of -2.27 and the side on which -2.27 itself lies.
WITH exact AS (SELECT row_id, CAST(albi_score AS DECIMAL(18, 12)) AS score FROM score_input)
SELECT row_id,
  CASE WHEN score <= -2.60 THEN '1' WHEN score < -2.27 THEN '2a' WHEN score <= -1.39 THEN '2b'
    WHEN score > -1.39 THEN '3' END AS grade
FROM exact
