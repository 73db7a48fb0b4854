-- ADSL: one row a subject. Baseline is the last value on or before the first study treatment
-- (for a subject never treated: on or before consent, else the last value there is); of several
-- values on that day the first on record.
WITH exposure AS (
  SELECT subject, min(date) AS trtsdt, max(until) AS trtedt,
    count(DISTINCT date) FILTER (source = 'procedures') AS procedures,
    CASE WHEN bool_and(until = date) THEN count(DISTINCT date) FILTER (source = 'dosing') END
      AS administrations
  FROM study_treatment GROUP BY subject
),
dose AS (
  SELECT subject,
    CASE WHEN count(*) = count(dose) AND bool_and(coalesce(end_date, date) = date)
      AND count(DISTINCT coalesce(unit, '')) = 1 AND count(DISTINCT lower(trim(drug))) <= 1
      THEN sum(dose) END AS total,
    any_value(unit) AS unit
  FROM dosing, protocol WHERE date <= cutoff GROUP BY subject
),
reference AS (
  SELECT s.subject, coalesce(e.trtsdt, s.consent_date, DATE '9999-12-31') AS day
  FROM subjects AS s LEFT JOIN exposure AS e USING (subject)
),
before AS (SELECT r.subject, r.day FROM reference AS r),
ecog AS (
  SELECT subject, arg_max(ecog, (date, -seq)) AS value FROM status JOIN before USING (subject)
  WHERE date <= day AND ecog IS NOT NULL GROUP BY subject
),
cp_class AS (
  SELECT subject, arg_max(child_pugh_class, (date, -seq)) AS value
  FROM status JOIN before USING (subject)
  WHERE date <= day AND child_pugh_class IS NOT NULL GROUP BY subject
),
cp_points AS (
  SELECT subject, arg_max(child_pugh_points, (date, -seq)) AS value
  FROM status JOIN before USING (subject)
  WHERE date <= day AND child_pugh_points IS NOT NULL GROUP BY subject
),
stage AS (
  SELECT subject,
    arg_max(bclc, (date, -seq)) FILTER (bclc IS NOT NULL) AS bclc,
    arg_max(vascular_invasion, (date, -seq)) FILTER (vascular_invasion IS NOT NULL) AS vascinv,
    arg_max(nodal_metastasis, (date, -seq)) FILTER (nodal_metastasis IS NOT NULL) AS nodmet,
    arg_max(distant_metastasis, (date, -seq)) FILTER (distant_metastasis IS NOT NULL) AS distmet,
    arg_max(lesion_number, (date, -seq)) FILTER (lesion_number IS NOT NULL) AS lesnum,
    arg_max(largest_mm, (date, -seq)) FILTER (largest_mm IS NOT NULL) AS largmm
  FROM staging JOIN before USING (subject) WHERE date <= day GROUP BY subject
),
lab AS (
  SELECT subject,
    arg_max(value, (date, -seq)) FILTER (test = 'AFP') AS afp,
    arg_max(coalesce(operator, ''), (date, -seq)) FILTER (test = 'AFP') AS afpop,
    arg_max(value, (date, -seq)) FILTER (test = 'ALB') AS alb,
    arg_max(value, (date, -seq)) FILTER (test = 'BILI') AS bili
  FROM lab_canonical JOIN before USING (subject)
  WHERE date <= day AND value IS NOT NULL GROUP BY subject
),
weight AS (
  SELECT subject, arg_max(value, (date, -seq)) AS value FROM vital_canonical
  JOIN before USING (subject) WHERE date <= day AND test = 'WEIGHT' AND value IS NOT NULL GROUP BY subject
),
prior AS (
  SELECT subject,
    sum(coalesce(count, 1)) FILTER (category = 'prior TACE') AS ntace,
    bool_or(category = 'prior surgery') AS surgery,
    bool_or(category = 'prior ablation') AS ablation,
    bool_or(category = 'prior systemic therapy' AND lower(term) LIKE '%sorafenib%') AS sorafenib,
    bool_or(category = 'prior systemic therapy' AND lower(coalesce(term, '')) NOT LIKE '%sorafenib%')
      AS systemic
  FROM history GROUP BY subject
),
last_alive AS (
  SELECT c.subject, max(c.date) AS date
  FROM contact AS c LEFT JOIN death AS d USING (subject)
  WHERE d.date IS NULL OR c.date <= d.date GROUP BY c.subject
),
ended AS (
  SELECT subject, arg_max(status, (date, seq)) AS status FROM follow_up, protocol
  WHERE date <= cutoff GROUP BY subject
),
recorded AS (SELECT count(*) AS rows FROM history),
-- In a study without arms everybody is planned to have the protocol's treatment.
arms AS (SELECT count(arm) = 0 AS none FROM subjects),
scan AS (
  SELECT subject, arg_min(date, reader) AS date FROM baseline_scan, protocol
  WHERE protocol.primary_reader = '' OR baseline_scan.reader = protocol.primary_reader GROUP BY subject
)
SELECT
  p.study_id AS STUDYID,
  p.study_id || '-' || s.subject AS USUBJID,
  s.subject AS SUBJID,
  s.site AS SITEID,
  s.age_years AS AGE,
  CASE WHEN s.age_years IS NOT NULL THEN 'YEARS' END AS AGEU,
  s.sex AS SEX,
  s.race AS RACE,
  s.arm AS ARM,
  coalesce(s.arm, CASE WHEN arms.none THEN p.treatment END) AS TRT01P,
  CASE WHEN e.trtsdt IS NOT NULL THEN coalesce(s.actual_arm, s.arm,
    CASE WHEN arms.none THEN p.treatment END) END AS TRT01A,
  s.consent_date AS RFICDT,
  s.refractory_date AS REFRDT,
  e.trtsdt AS TRTSDT,
  e.trtedt AS TRTEDT,
  CASE WHEN e.procedures > 0 THEN e.procedures WHEN e.administrations > 0 THEN e.administrations END
    AS NSESS,
  dose.total AS CUMDOSE,
  CASE WHEN dose.total IS NOT NULL THEN dose.unit END AS CUMDOSU,
  scan.date AS BLSCANDT,
  n.date AS NACTDT,
  CASE WHEN d.date IS NOT NULL THEN 'Y' ELSE 'N' END AS DTHFL,
  d.date AS DTHDT,
  d.cause AS DTHCAUS,
  a.date AS LSTALVDT,
  ended.status AS EOSSTT,
  coalesce(s.enrolled, 'Y') AS ENRLFL,
  coalesce(s.enrolled, 'Y') AS ITTFL,
  CASE WHEN s.treated = 'N' OR e.trtsdt IS NULL THEN 'N' ELSE 'Y' END AS SAFFL,
  CAST(NULL AS VARCHAR) AS RESPEVFL,
  CAST(NULL AS VARCHAR) AS ELIGRES,
  ecog.value AS ECOGBL,
  cp_class.value AS CPCLASS,
  cp_points.value AS CPSCORE,
  stage.bclc AS BCLC,
  s.aetiology AS ETIOLOGY,
  lab.afp AS AFPBL,
  nullif(lab.afpop, '') AS AFPOP,
  lab.alb AS ALBBL,
  lab.bili AS BILIBL,
  -- Scores: filled in once they are derived (adsl_score.sql).
  CAST(NULL AS DOUBLE) AS ALBIBL,
  CAST(NULL AS VARCHAR) AS ALBIGR,
  CAST(NULL AS VARCHAR) AS MALBIGR,
  CAST(NULL AS BIGINT) AS CPSCORED,
  CAST(NULL AS VARCHAR) AS CPCLASSD,
  CAST(NULL AS VARCHAR) AS BCLCD,
  CAST(NULL AS VARCHAR) AS HAPGR,
  weight.value AS WEIGHTBL,
  prior.ntace AS NTACE,
  CASE WHEN recorded.rows = 0 THEN NULL WHEN coalesce(prior.surgery, FALSE) THEN 'Y' ELSE 'N' END
    AS PRSURGFL,
  CASE WHEN recorded.rows = 0 THEN NULL WHEN coalesce(prior.ablation, FALSE) THEN 'Y' ELSE 'N' END
    AS PRABLFL,
  CASE WHEN recorded.rows = 0 THEN NULL WHEN coalesce(prior.sorafenib, FALSE) THEN 'Y' ELSE 'N' END
    AS PRSORFL,
  CASE WHEN recorded.rows = 0 THEN NULL WHEN coalesce(prior.systemic, FALSE) THEN 'Y' ELSE 'N' END
    AS PRSYSTFL,
  stage.vascinv AS VASCINV,
  stage.nodmet AS NODMET,
  stage.distmet AS DISTMET,
  stage.lesnum AS LESNUM,
  stage.largmm AS LARGMM,
  s.src_file AS SRCFILE,
  s.src_sheet AS SRCSHEET,
  s.src_row AS SRCROW
FROM subjects AS s
CROSS JOIN protocol AS p
CROSS JOIN recorded
CROSS JOIN arms
LEFT JOIN exposure AS e USING (subject)
LEFT JOIN dose USING (subject)
LEFT JOIN scan USING (subject)
LEFT JOIN new_therapy AS n USING (subject)
LEFT JOIN death AS d USING (subject)
LEFT JOIN last_alive AS a USING (subject)
LEFT JOIN ended USING (subject)
LEFT JOIN ecog USING (subject)
LEFT JOIN cp_class USING (subject)
LEFT JOIN cp_points USING (subject)
LEFT JOIN stage USING (subject)
LEFT JOIN lab USING (subject)
LEFT JOIN weight USING (subject)
LEFT JOIN prior USING (subject)
ORDER BY s.subject
