-- Each input of each score on each of its days: the latest value on record up to that day, and
-- whether it can be used (`state`): ok; absent; old, where it was recorded more days ago than it
-- stands for; limit, where the laboratory gave "<" or ">" and that does not settle the rule; refused,
-- where it lies outside its plausible range.
-- `value` is in the unit of the rule's column. A limit that settles counts as just beyond itself.
WITH asked AS (SELECT d.subject, d.date, n.* FROM score_day AS d JOIN score_need AS n USING (score)),
latest AS (
  SELECT a.*, v.date AS recorded, v.value / a.scale AS given, v.word, v.operator, v.shown, v.record,
    v.src_file, v.src_sheet, v.src_row
  FROM asked AS a
  ASOF LEFT JOIN score_value AS v
    ON v.subject = a.subject AND v.variable = a.variable AND v.date <= a.date
),
judged AS (
  SELECT *,
    CASE WHEN recorded IS NULL THEN 'absent'
      WHEN carry_days IS NOT NULL AND date - recorded > carry_days THEN 'old'
      WHEN given * scale < low OR given * scale > high THEN 'refused'
      WHEN operator = '<' AND NOT coalesce(CAST(given AS DECIMAL(18, 9)) <= settles_low, FALSE)
        THEN 'limit'
      WHEN operator = '>' AND NOT coalesce(CAST(given AS DECIMAL(18, 9)) >= settles_high, FALSE)
        THEN 'limit'
      ELSE 'ok' END AS state
  FROM latest
)
SELECT score, subject, date, position, direct, variable, label, "column", required, carry_days, state,
  recorded, shown, record, src_file, src_sheet, src_row,
  CASE WHEN state = 'ok' THEN
    CASE operator WHEN '<' THEN given - 0.000001 WHEN '>' THEN given + 0.000001 ELSE given END END
    AS value,
  CASE WHEN state = 'ok' THEN word END AS word
FROM judged
