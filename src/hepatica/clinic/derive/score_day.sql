-- The days on which each score has a row: at least one of its inputs, or of the inputs of the scores
-- it is made of, is on record that day. A score of which a needed input is on record for nobody has
-- no day; one that is defined before treatment only has days up to the first treatment.
WITH on_record AS (SELECT DISTINCT variable FROM score_value),
possible AS (
  SELECT n.score FROM score_need AS n LEFT JOIN on_record AS o
    ON o.variable = n.variable OR o.variable = n.instead
  WHERE n.required GROUP BY n.score HAVING count(*) = count(o.variable)
)
SELECT DISTINCT n.score, v.subject, v.date
FROM score_value AS v
JOIN score_need AS n ON n.variable = v.variable
JOIN possible AS p ON p.score = n.score
JOIN adsl AS s ON s.SUBJID = v.subject
WHERE n.carry_days IS NOT NULL
  AND (n.occasion <> 'before treatment' OR s.TRTSDT IS NULL OR v.date <= s.TRTSDT)
