-- Death of each subject, for events that say they were fatal.
SELECT SUBJID, DTHDT FROM adsl WHERE DTHDT IS NOT NULL ORDER BY SUBJID
