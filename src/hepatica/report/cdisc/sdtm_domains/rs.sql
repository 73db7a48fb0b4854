-- RS: Child-Pugh as reported, the BCLC stage with its qualifiers, and responses as collected.
WITH child AS (
  SELECT subject, date, date_flag, seq,
    unnest(['CPSCORE', 'CPCLASS']) AS test,
    unnest(['Child-Pugh Total Score', 'Child-Pugh Class']) AS name,
    unnest([figure(child_pugh_points), child_pugh_class]) AS result
  FROM status
),
response AS (
  SELECT subject, date, date_flag, seq, criterion, reader, accepted,
    unnest([1, 2, 3, 4]) AS place,
    unnest(['TRGRESP', 'NTRGRESP', 'NEWLPROG', 'OVRLRESP']) AS test,
    unnest(['Target Response', 'Non-target Response', 'New Lesion Progression', 'Overall Response'])
      AS name,
    unnest([target, non_target, CASE new_lesion WHEN 'Y' THEN 'UNEQUIVOCAL'
      WHEN 'equivocal' THEN 'EQUIVOCAL' ELSE new_lesion END, overall]) AS result
  FROM collected_responses
)
SELECT subject, test AS RSTESTCD, name AS RSTEST, 'CHILD-PUGH CLASSIFICATION' AS RSCAT,
  result AS RSORRES, result AS RSSTRESC, NULL AS RSSTAT, NULL AS RSEVAL, NULL AS RSEVALID,
  NULL AS RSACPTFL, iso(date, date_flag) AS RSDTC, NULL AS SUPP_VASCINV, NULL AS SUPP_NODMET,
  NULL AS SUPP_DISTMET, 1 AS part, date, seq, test AS place
FROM child WHERE result IS NOT NULL
UNION ALL
SELECT subject, 'BCLC', 'BCLC Stage', 'BCLC', bclc, bclc,
  CASE WHEN bclc IS NULL THEN 'NOT DONE' END, NULL, NULL, NULL, iso(date, date_flag),
  vascular_invasion, nodal_metastasis, distant_metastasis, 2, date, seq, ''
FROM staging
WHERE coalesce(bclc, vascular_invasion, nodal_metastasis, distant_metastasis) IS NOT NULL
UNION ALL
SELECT subject, test, name, criterion, CASE WHEN result <> 'ND' THEN result END,
  CASE WHEN result <> 'ND' THEN result END, CASE WHEN result = 'ND' THEN 'NOT DONE' END,
  evaluator(reader), evaluator_id(reader), accepted, iso(date, date_flag),
  NULL, NULL, NULL, 3, date, seq, CAST(place AS VARCHAR)
FROM response WHERE result IS NOT NULL
ORDER BY subject, part, date, seq, place
