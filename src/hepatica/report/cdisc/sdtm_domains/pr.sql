-- PR: interventions, and examinations by imaging.
SELECT subject, figure(session) AS PRGRPID, procedure AS PRTRT, 'INTERVENTION' AS PRCAT,
  NULL AS PRREASND, NULL AS VISIT, iso(date, date_flag) AS PRSTDTC, technique AS SUPP_TECHNIQ,
  figure(lipiodol_ml) AS SUPP_LIPIODOL, embolic AS SUPP_EMBOLIC, drug AS SUPP_CHEMO,
  complete AS SUPP_COMPLETE, study_treatment AS SUPP_STUDYTRT, NULL AS SUPP_PHASE,
  NULL AS SUPP_SLICE, NULL AS SUPP_ADEQUATE, date, 1 AS part, seq
FROM procedures
UNION ALL
SELECT subject, NULL, CASE WHEN modality IS NULL OR modality = 'other' THEN 'OTHER IMAGING' ELSE upper(modality) END,
  'IMAGING', reason, visit, iso(date, date_flag), NULL, NULL, NULL, NULL, NULL, NULL, phase,
  figure(slice_mm), adequate, date, 2, seq
FROM scans
ORDER BY subject, date, part, seq
