-- The measurements that CTCAE grades, as its rule reads them. A value from before treatment is its
-- own baseline. A blood pressure is the pair of one time, under the systolic one where there is one.
SELECT m.item, m.test, m.value, m.operator, m.printed, m.printed_unit, m.lower, m.upper,
  CASE WHEN m.before THEN m.value ELSE m.base END AS base,
  CASE WHEN m.before THEN m.operator ELSE m.base_operator END AS base_operator,
  CASE WHEN m.before THEN m.upper ELSE m.base_upper END AS base_upper, m.before
FROM measurement AS m
WHERE EXISTS (SELECT 1 FROM ctcae_term AS t
  WHERE t.test = m.test AND (t.kind = 'lab') = (m.domain = 'labs'))
UNION ALL
SELECT item, 'BP', NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, before FROM pressure_pair
