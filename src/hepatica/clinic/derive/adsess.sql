-- ADSESS: one row a treatment session: the events assigned to it, the post-embolization syndrome,
-- and how long the subject was followed after it.
WITH event AS (
  SELECT SUBJID, SESSION, count(*) AS events, max(AETOXGR) AS worst,
    count(*) FILTER (AESER = 'Y') AS serious, count(AESER) AS asked
  FROM adae GROUP BY SUBJID, SESSION
),
recorded AS (SELECT count(*) AS events FROM adverse_events)
SELECT s.STUDYID, s.USUBJID, s.SUBJID, x.number AS SESSION, x.date AS ADT,
  date_diff('day', s.TRTSDT, x.date) + CAST(x.date >= s.TRTSDT AS INTEGER) AS ADY,
  CASE WHEN x.embolization THEN 'Y' ELSE 'N' END AS EMBOLFL,
  CASE WHEN recorded.events > 0 THEN coalesce(e.events, 0) END AS AENUM,
  e.worst AS AEMAXGR,
  p.syndrome AS PESFL,
  CASE WHEN x.embolization AND recorded.events > 0 THEN p.components END AS PESNUM,
  p.terms AS PESTERM,
  CAST(s.DTHDT - x.date AS BIGINT) AS DTHDAYS,
  CAST(coalesce(s.DTHDT, s.LSTALVDT) - x.date AS BIGINT) AS FUPDAYS
FROM session AS x
JOIN adsl AS s ON s.SUBJID = x.subject
CROSS JOIN recorded
LEFT JOIN post_embolization AS p ON p.subject = x.subject AND p.number = x.number
LEFT JOIN event AS e ON e.SUBJID = x.subject AND e.SESSION = x.number
ORDER BY x.subject, x.number
