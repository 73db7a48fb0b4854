-- Post-embolization syndrome by session: a grouping of events, no term of CTCAE. At least `at_least`
-- components (the protocol's; an event is one by its own term or by its CTCAE term) begin on the day
-- of an embolization or within the hours after it; records know days, so 72 hours are 3 days.
-- Missing, not N, where no event is on record in the study, or where an event without a whole start
-- date could make the difference.
WITH recorded AS (SELECT count(*) AS events FROM adverse_events),
event AS (
  SELECT DISTINCT e.subject, e.seq, e.term, c.component, e.start_date,
    coalesce(e.start_date_flag, '') AS flag, e.end_date
  FROM adverse_events AS e
  LEFT JOIN ctcae_name AS n ON n.name = lower(trim(e.term))
  JOIN pes_component AS c ON c.term IN (lower(trim(e.term)), lower(n.term))
  CROSS JOIN protocol
  WHERE e.start_date IS NULL OR e.start_date <= cutoff
),
last_day AS (
  SELECT event.*, CASE flag
    WHEN 'M' THEN start_date + INTERVAL 1 YEAR - INTERVAL 1 DAY
    WHEN 'D' THEN start_date + INTERVAL 1 MONTH - INTERVAL 1 DAY
    ELSE start_date END AS until
  FROM event
),
near AS (
  SELECT s.subject, s.number, e.component, e.seq, e.term,
    e.flag = '' AND e.start_date IS NOT NULL AS sure
  FROM session AS s
  JOIN last_day AS e ON e.subject = s.subject
  CROSS JOIN pes_rule AS r
  WHERE s.embolization AND (e.start_date IS NULL
    OR e.start_date <= s.date + CAST(r.window_hours / 24 AS INTEGER) AND e.until >= s.date)
),
counted AS (
  SELECT subject, number, count(DISTINCT component) FILTER (sure) AS sure,
    count(DISTINCT component) AS possible,
    string_agg(DISTINCT term, ', ' ORDER BY term) FILTER (sure) AS terms
  FROM near GROUP BY subject, number
)
SELECT s.subject, s.number, coalesce(c.sure, 0) AS components, c.terms,
  CASE WHEN NOT s.embolization OR recorded.events = 0 THEN NULL
    WHEN c.sure >= r.at_least THEN 'Y'
    WHEN c.possible >= r.at_least THEN NULL
    ELSE 'N' END AS syndrome
FROM session AS s
CROSS JOIN recorded
CROSS JOIN pes_rule AS r
LEFT JOIN counted AS c ON c.subject = s.subject AND c.number = s.number
ORDER BY s.subject, s.number
