-- Why treatment ended: the first event on record on or after the last session and within the planned
-- interval (and its window) of it; without a schedule, whenever it came. A death on the day of another
-- event is the reason before it, a stop condition before a death. The records do not say who
-- decided, so this is what happened first, not what the investigator stated. Where nothing happened:
-- ongoing when the data cutoff lies within that interval, else not on record.
WITH last AS (
  SELECT subject, max(until) AS day FROM drug_session GROUP BY subject
),
horizon AS (
  SELECT l.subject, l.day, CASE WHEN p.interval_days IS NULL THEN DATE '9999-12-31'
    ELSE l.day + p.interval_days END AS until
  FROM last AS l CROSS JOIN dosing_plan AS p
),
candidate AS (
  SELECT subject, since AS date, 'stop condition' AS reason, 1 AS rank
  FROM session_hold WHERE state = 'STOP'
  UNION ALL
  SELECT r.SUBJID, r.ADT, 'progression', 3
  FROM adrs AS r JOIN dosing_plan AS p ON p.criterion = r.PARCAT1
  JOIN primary_reader AS reader ON reader.reader = r.PARCAT2
  WHERE r.PARAMCD = 'PD' AND r.AVALC = 'Y'
  UNION ALL
  SELECT SUBJID, NACTDT, 'new anticancer therapy', 4 FROM adsl WHERE NACTDT IS NOT NULL
  UNION ALL
  SELECT SUBJID, DTHDT, 'death', 2 FROM adsl WHERE DTHDT IS NOT NULL
  UNION ALL
  SELECT subject, date, status, 5 FROM follow_up, protocol
  WHERE date <= cutoff AND status IN ('lost to follow-up', 'withdrew', 'completed')
),
first AS (
  SELECT h.subject, c.date, c.reason
  FROM horizon AS h JOIN candidate AS c ON c.subject = h.subject
  WHERE c.date >= h.day AND c.date <= h.until
  QUALIFY row_number() OVER (PARTITION BY h.subject ORDER BY c.date, c.rank) = 1
)
SELECT h.subject, h.day,
  coalesce(f.reason, CASE WHEN h.until > p.cutoff AND h.until < DATE '9999-12-31'
    THEN 'ongoing at the cutoff' ELSE 'not on record' END) AS reason,
  f.date
FROM horizon AS h
CROSS JOIN protocol AS p
LEFT JOIN first AS f USING (subject)
ORDER BY h.subject
