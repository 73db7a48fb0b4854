-- Sessions with study drug: one row a subject, day and drug. A day of the study procedure without a
-- dosing record has a row too, for the drug that the protocol gives with that procedure (blank where
-- it gives none). A period of constant dosing is one row from its first day `until` its last. Weight: the last one on or before the day, no older than the protocol allows.
WITH given AS (
  SELECT d.subject, d.date, lower(trim(d.drug)) AS drug_key, first(d.drug ORDER BY d.seq) AS drug,
    CASE WHEN count(*) = count(d.dose) AND count(DISTINCT coalesce(d.unit, '')) = 1
      THEN sum(CAST(d.dose AS DECIMAL(18, 4))) END AS dose,
    CASE WHEN count(DISTINCT coalesce(d.unit, '')) = 1 THEN first(d.unit ORDER BY d.seq) END AS unit,
    CASE WHEN count(*) = count(d.planned_dose) THEN sum(CAST(d.planned_dose AS DECIMAL(18, 4))) END
      AS recorded_planned,
    CASE WHEN count(DISTINCT lower(trim(coalesce(d.route, '')))) = 1
      THEN first(d.route ORDER BY d.seq) END AS route,
    CASE WHEN count(*) = count(d.duration_min) THEN sum(CAST(d.duration_min AS DECIMAL(18, 4))) END
      AS duration_min,
    bool_or(coalesce(d.end_date, d.date) > d.date) AS period,
    max(greatest(d.date, least(coalesce(d.end_date, d.date), cutoff))) AS until,
    first(d.src_file ORDER BY d.seq) AS src_file, first(d.src_sheet ORDER BY d.seq) AS src_sheet,
    first(d.src_row ORDER BY d.seq) AS src_row
  FROM dosing AS d, protocol
  WHERE d.date <= cutoff AND (d.dose IS NULL OR d.dose >= 0)
  GROUP BY d.subject, d.date, lower(trim(d.drug))
),
procedure AS (
  SELECT p.subject, p.date, first(p.procedure ORDER BY p.seq) AS procedure,
    first(p.technique ORDER BY p.seq) AS technique,
    first(p.lipiodol_ml ORDER BY p.seq) AS lipiodol_ml,
    first(p.src_file ORDER BY p.seq) AS src_file, first(p.src_sheet ORDER BY p.seq) AS src_sheet,
    first(p.src_row ORDER BY p.seq) AS src_row
  FROM procedures AS p
  LEFT JOIN study_procedure AS named ON named.name = p.procedure
  CROSS JOIN protocol
  WHERE p.date <= cutoff AND coalesce(p.study_treatment = 'Y', named.name IS NOT NULL)
  GROUP BY p.subject, p.date
),
alone AS (
  SELECT p.*, coalesce(t.drug, '') AS drug
  FROM procedure AS p
  ANTI JOIN given AS g ON g.subject = p.subject AND g.date = p.date
  LEFT JOIN (SELECT DISTINCT procedure, drug FROM treatment_plan WHERE drug <> '') AS t
    ON t.procedure = p.procedure
),
session AS (
  SELECT g.subject, g.date, g.drug_key, g.drug, g.dose, g.unit, g.recorded_planned, g.route,
    g.duration_min, g.period, g.until, p.procedure, p.technique, p.lipiodol_ml, 'dosing' AS source,
    g.src_file, g.src_sheet, g.src_row
  FROM given AS g LEFT JOIN procedure AS p ON p.subject = g.subject AND p.date = g.date
  UNION ALL
  SELECT subject, date, lower(trim(drug)), drug, NULL, NULL, NULL, NULL, NULL, FALSE, date, procedure,
    technique, lipiodol_ml, 'procedures', src_file, src_sheet, src_row
  FROM alone
),
weighed AS (
  SELECT s.subject, s.date, arg_max(v.value, (v.date, -v.seq)) AS weight_kg, max(v.date) AS weight_date
  FROM (SELECT DISTINCT subject, date FROM session) AS s
  JOIN vital_canonical AS v ON v.subject = s.subject
  CROSS JOIN dosing_plan
  WHERE v.test = 'WEIGHT' AND v.value > 0 AND v.date <= s.date AND s.date - v.date <= weight_days
  GROUP BY s.subject, s.date
)
SELECT s.*, w.weight_kg, w.weight_date, a.TRTSDT AS trtsdt, a.USUBJID AS usubjid,
  coalesce(a.TRT01A, '') AS arm, coalesce(a.ARM, '') AS planned_arm,
  dense_rank() OVER (PARTITION BY s.subject ORDER BY s.date) AS number
FROM session AS s
JOIN adsl AS a ON a.SUBJID = s.subject
LEFT JOIN weighed AS w ON w.subject = s.subject AND w.date = s.date
ORDER BY s.subject, s.date, s.drug_key
