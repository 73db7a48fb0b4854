-- DS: contacts, the end of follow-up, and why a subject was not enrolled.
SELECT subject,
  coalesce(cause, upper(status)) AS DSTERM,
  CASE status WHEN 'dead' THEN 'DEATH' WHEN 'lost to follow-up' THEN 'LOST TO FOLLOW-UP'
    WHEN 'withdrew' THEN 'WITHDRAWAL BY SUBJECT' WHEN 'completed' THEN 'COMPLETED'
    ELSE 'ALIVE' END AS DSDECOD,
  CASE WHEN status = 'alive' THEN 'OTHER EVENT' ELSE 'DISPOSITION EVENT' END AS DSCAT,
  iso(date, date_flag) AS DSSTDTC, figure(time_days) AS SUPP_TIMEDAYS,
  iso(origin_date, origin_date_flag) AS SUPP_ORIGDTC, date, seq, 1 AS part
FROM follow_up
UNION ALL
SELECT subject, coalesce(screen_failure_reason, 'SCREEN FAILURE'), 'SCREEN FAILURE', 'DISPOSITION EVENT', NULL,
  NULL, NULL, NULL, 1, 2
FROM subjects WHERE enrolled = 'N'
ORDER BY subject, part, date, seq
