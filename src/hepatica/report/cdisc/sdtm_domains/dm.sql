-- DM: one row a subject. A subject not enrolled has no arm; the date of death is the first of
-- follow-up. RFENDTC and RFPENDTC stay empty: contacts are in DS.
WITH ended AS (
  SELECT subject, min(date) FILTER (status = 'dead') AS dead,
    min_by(date_flag, date) FILTER (status = 'dead') AS dead_flag
  FROM follow_up GROUP BY subject
)
SELECT s.subject, s.subject AS SUBJID, r.start_dtc AS RFSTDTC, NULL AS RFENDTC,
  r.start_dtc AS RFXSTDTC, r.end_dtc AS RFXENDTC,
  iso(s.consent_date, s.consent_date_flag) AS RFICDTC,
  NULL AS RFPENDTC,
  iso(e.dead, e.dead_flag) AS DTHDTC, CASE WHEN e.dead IS NOT NULL THEN 'Y' END AS DTHFL,
  s.site AS SITEID, s.age_years AS AGE, CASE WHEN s.age_years IS NOT NULL THEN 'YEARS' END AS AGEU,
  s.sex AS SEX, s.race AS RACE,
  CASE WHEN s.enrolled IS DISTINCT FROM 'N' THEN upper(regexp_replace(s.arm, '[^A-Za-z0-9]', '', 'g'))[:20] END AS ARMCD,
  CASE WHEN s.enrolled IS DISTINCT FROM 'N' THEN s.arm END AS ARM,
  upper(regexp_replace(s.actual_arm, '[^A-Za-z0-9]', '', 'g'))[:20] AS ACTARMCD,
  s.actual_arm AS ACTARM,
  CASE WHEN s.enrolled = 'N' THEN 'SCREEN FAILURE' END AS ARMNRS,
  s.enrolled AS SUPP_ENROLLED, iso(s.refractory_date, s.refractory_date_flag) AS SUPP_REFRDTC,
  s.treated AS SUPP_SAFETY
FROM subjects AS s LEFT JOIN reference AS r USING (subject) LEFT JOIN ended AS e USING (subject)
ORDER BY s.subject
