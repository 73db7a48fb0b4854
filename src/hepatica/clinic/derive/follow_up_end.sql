-- The day on which a subject's planned visits end: death, else the last contact where it says that
-- the subject was lost, withdrew or completed; and, where the protocol schedules visits until
-- progression, the first progression or new anticancer therapy where that is earlier.
-- No row where they go on.
WITH ended AS (
  SELECT SUBJID AS subject, DTHDT AS date, 'dead' AS status FROM adsl WHERE DTHDT IS NOT NULL
  UNION ALL
  SELECT subject, max(date), arg_max(status, (date, seq)) FROM follow_up, protocol
  WHERE date <= cutoff GROUP BY subject
  HAVING arg_max(status, (date, seq)) IN ('lost to follow-up', 'withdrew', 'completed')
  UNION ALL
  SELECT subject, min(date), 'progression' FROM visit, protocol
  WHERE until = 'progression' AND overall = 'PD' AND criterion = primary_criterion GROUP BY subject
  UNION ALL
  SELECT subject, date, 'new therapy' FROM new_therapy, protocol WHERE until = 'progression'
)
SELECT subject, min(date) AS date, arg_min(status, date) AS status FROM ended
GROUP BY subject ORDER BY subject
