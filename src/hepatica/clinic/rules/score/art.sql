-- ART score [sieghart2013]: whether to repeat TACE, judged before the second session.
--
--   AST more than 25 % above its value before the first session   4
--   Child-Pugh points risen by 1                                  1.5
--   Child-Pugh points risen by 2 or more                          3
--   no radiologic response to the first session                   1
--   0 to 1.5 repeat, 2.5 and more do not
--
-- Choices: a rise of exactly 25 % has no points. The score is defined before the second session only,
--   and was built on sessions within 90 days: who computes it sees to that.
WITH item AS (
  SELECT row_id,
    CASE WHEN CAST(ast_rise_percent AS DECIMAL(18, 9)) > 25 THEN 4.0
      WHEN ast_rise_percent IS NOT NULL THEN 0.0 END AS ast,
    CASE WHEN child_pugh_change >= 2 THEN 3.0 WHEN child_pugh_change = 1 THEN 1.5
      WHEN child_pugh_change <= 0 THEN 0.0 END AS liver,
    CASE WHEN radiologic_response THEN 0.0 WHEN NOT radiologic_response THEN 1.0 END AS response
  FROM score_input
),
total AS (SELECT row_id, ast + liver + response AS points FROM item)
SELECT row_id, CAST(points AS DOUBLE) AS points,
  CASE WHEN points <= 1.5 THEN 'retreat' WHEN points > 1.5 THEN 'stop' END AS class
FROM total
