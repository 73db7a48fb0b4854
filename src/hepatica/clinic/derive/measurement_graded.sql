-- Measurements with indicator, change and CTCAE grades: what ADLB and ADVS are made of.
-- Indicator: LOW or HIGH outside its limit; NORMAL inside both; missing where a missing limit or a
-- reported "<" or ">" leaves it open. Worst: the first record of the highest grade of a direction
-- after baseline; it is among all values after the first treatment, whatever came between.
WITH grade AS (
  SELECT item,
    max(term) FILTER (direction = 'L') AS low_term, max(term) FILTER (direction = 'H') AS high_term,
    max(grade) FILTER (direction = 'L') AS low, max(grade) FILTER (direction = 'H') AS high,
    max(reason) FILTER (direction = 'L') AS low_reason,
    max(reason) FILTER (direction = 'H') AS high_reason
  FROM ctcae_grade GROUP BY item
),
told AS MATERIALIZED (
  SELECT m.*, g.low_term, g.high_term, g.low, g.high, g.low_reason, g.high_reason,
    CASE
      WHEN m.value > m.upper AND coalesce(m.operator, '>') = '>' THEN 'HIGH'
      WHEN m.value < m.lower AND coalesce(m.operator, '<') = '<' THEN 'LOW'
      WHEN m.value BETWEEN m.lower AND m.upper AND m.operator IS NULL THEN 'NORMAL'
      WHEN m.operator = '>' AND m.value >= m.upper THEN 'HIGH'
      WHEN m.operator = '<' AND m.value <= m.lower THEN 'LOW' END AS indicator
  FROM measurement AS m LEFT JOIN grade AS g ON g.item = m.item
),
worst AS (
  SELECT subject, domain, test,
    arg_max(item, (low, -item)) FILTER (low IS NOT NULL) AS low_item,
    arg_max(item, (high, -item)) FILTER (high IS NOT NULL) AS high_item
  FROM told WHERE NOT before AND TRTSDT IS NOT NULL AND (low IS NOT NULL OR high IS NOT NULL)
  GROUP BY subject, domain, test
)
SELECT t.*, b.indicator AS base_indicator, b.low AS base_low, b.high AS base_high,
  NOT t.before AND t.TRTSDT IS NOT NULL AS after,
  t.item = w.low_item AS worst_low, t.item = w.high_item AS worst_high
FROM told AS t
LEFT JOIN told AS b ON b.item = t.base_item
LEFT JOIN worst AS w ON w.subject = t.subject AND w.domain = t.domain AND w.test = t.test
