-- ABCR score [adhoute2015]: whether to repeat TACE, judged before the second session, -3 to 6 points.
--
--   BCLC A 0, B 2, C 3
--   AFP >= 200 ng/mL                        1
--   Child-Pugh points risen by 2 or more    2
--   radiologic response                    -3
--   <= 0 good, 1 to 3 middle, >= 4 poor
--
-- Choices: BCLC and AFP are those before the first session. Stages 0 and D are not in the publication
--   and give no score. The score is defined before the second session only.
-- Not confirmed at the source: all of it.
WITH item AS (
  SELECT row_id,
    CASE bclc WHEN 'A' THEN 0 WHEN 'B' THEN 2 WHEN 'C' THEN 3 END AS stage,
    CAST(CAST(afp_ng_ml AS DECIMAL(18, 9)) >= 200 AS INTEGER) AS afp,
    CASE WHEN child_pugh_change >= 2 THEN 2 WHEN child_pugh_change < 2 THEN 0 END AS liver,
    CASE WHEN radiologic_response THEN -3 WHEN NOT radiologic_response THEN 0 END AS response
  FROM score_input
),
total AS (SELECT row_id, stage + afp + liver + response AS points FROM item)
SELECT row_id, points,
  CASE WHEN points <= 0 THEN 'good' WHEN points <= 3 THEN 'middle' WHEN points >= 4 THEN 'poor' END
    AS class
FROM total
