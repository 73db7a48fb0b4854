-- ADTR: the value of every lesion on every scan, and the target sum, by criterion and reader.
-- Parameters: a target is LDIAMn, VDIAMn or VPRODn (longest, viable, product), a node NLDIAMn,
-- numbered within the subject; other lesions are TUMSTATE; the sum is SDIAM, SVIAB or SPROD.
-- EASL measures a node as any other lesion, by its product.
-- PDFL: the target response of the visit is PD.
-- ANL02FL marks the best (most negative) change of the sum up to the first progression and before
-- new therapy; the earliest where several are equal.
WITH placed AS (
  SELECT l.*, r.source, r.src_row, coalesce(r.site, '') AS site,
    lower(coalesce(r.site, '')) LIKE '%node%' AND l.criterion <> 'EASL' AS node
  FROM lesion_value AS l LEFT JOIN lesion_assessment AS r ON r.row = l.row
),
lesion AS (
  SELECT l.subject, l.criterion, l.reader,
    dense_rank() OVER (
      PARTITION BY l.subject, l.criterion, l.reader, l.role, l.node ORDER BY l.lesion) AS number,
    CASE WHEN l.role <> 'target' THEN 'TUMSTATE'
      ELSE CASE WHEN l.node THEN 'NLDIAM' ELSE c.lesion_code END || number END AS PARAMCD, l.lesion, l.role, l.state, l.date,
    l.value_mm AS aval, l.row,
    max(l.value_mm) FILTER (l.date = b.baseline_date) OVER (
      PARTITION BY l.subject, l.criterion, l.reader, l.lesion) AS base,
    l.date = b.baseline_date AS at_baseline, CAST(NULL AS DOUBLE) AS nadir, NULL::DOUBLE AS pchg,
    NULL::DOUBLE AS pchgnad, v.counts, l.source, l.src_row, NULL::VARCHAR AS target,
    CASE WHEN l.role <> 'target' THEN 'State of a lesion that is no target'
      WHEN l.node THEN 'Short axis of target node ' || number
      ELSE c.lesion_label || ' of target ' || number END AS PARAM
  FROM placed AS l
  JOIN criterion AS c ON c.id = l.criterion
  LEFT JOIN best_all AS b USING (subject, criterion, reader)
  LEFT JOIN visit_all AS v USING (subject, criterion, reader, date)
),
sums AS (
  SELECT v.subject, v.criterion, v.reader, c.sum_code AS PARAMCD, '' AS lesion, 'target' AS role,
    CASE WHEN v.complete THEN 'complete' ELSE 'incomplete' END AS state, v.date, v.sum_mm AS aval,
    NULL::BIGINT AS row, v.baseline_mm AS base, FALSE AS at_baseline,
    v.nadir_mm AS nadir, v.change_from_baseline_pct AS pchg, v.change_from_nadir_pct AS pchgnad,
    v.counts, 'ADTR' AS source, NULL::BIGINT AS src_row, v.target, c.sum_label AS PARAM
  FROM visit_all AS v JOIN criterion AS c ON c.id = v.criterion
  UNION ALL
  SELECT b.subject, b.criterion, b.reader, c.sum_code, '', 'target', 'complete', b.baseline_date,
    CAST(sum(CAST(l.value_mm AS DECIMAL(18, 6))) AS DOUBLE), NULL,
    CAST(sum(CAST(l.value_mm AS DECIMAL(18, 6))) AS DOUBLE), TRUE, NULL, NULL, NULL, NULL, 'ADTR', NULL, NULL,
    c.sum_label
  FROM best_all AS b
  JOIN criterion AS c ON c.id = b.criterion
  JOIN lesion_value AS l ON l.subject = b.subject AND l.criterion = b.criterion
    AND l.reader = b.reader AND l.date = b.baseline_date AND l.role = 'target'
  GROUP BY ALL
  HAVING count(*) = count(l.value_mm)
),
best AS (
  SELECT subject, criterion, reader, date FROM sums
  WHERE counts AND state = 'complete' AND pchg IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY subject, criterion, reader ORDER BY pchg, date) = 1
),
long AS (SELECT * EXCLUDE (number) FROM lesion UNION ALL SELECT * FROM sums)
SELECT
  s.STUDYID, s.USUBJID, s.SUBJID, l.criterion AS PARCAT1, l.reader AS PARCAT2, l.PARAMCD,
  l.PARAM,
  nullif(l.lesion, '') AS LESID, l.role AS LESROLE, l.state AS LESSTAT, l.date AS ADT,
  CAST(l.date - s.TRTSDT + CASE WHEN l.date >= s.TRTSDT THEN 1 ELSE 0 END AS BIGINT) AS ADY,
  l.aval AS AVAL, CASE WHEN l.PARAMCD <> 'TUMSTATE' THEN c.unit END AS AVALU,
  CASE WHEN l.at_baseline THEN 'Y' END AS ABLFL,
  l.base AS BASE,
  CASE WHEN NOT coalesce(l.at_baseline, FALSE) THEN l.aval - l.base END AS CHG,
  CASE WHEN l.at_baseline THEN NULL
    WHEN l.lesion = '' THEN l.pchg
    WHEN l.base > 0 THEN 100 * (l.aval - l.base) / l.base END AS PCHG,
  l.nadir AS NADIR, l.aval - l.nadir AS CHGNAD, l.pchgnad AS PCHGNAD,
  CASE WHEN l.target IS NOT NULL THEN CASE l.target WHEN 'PD' THEN 'Y' ELSE 'N' END END AS PDFL,
  CASE WHEN l.counts THEN 'Y' END AS ANL01FL,
  CASE WHEN l.lesion = '' AND b.date IS NOT NULL THEN 'Y' END AS ANL02FL,
  l.source AS SRCDOM, l.src_row AS SRCROW
FROM long AS l
JOIN adsl AS s ON s.SUBJID = l.subject
JOIN criterion AS c ON c.id = l.criterion
LEFT JOIN best AS b ON l.lesion = '' AND b.subject = l.subject AND b.criterion = l.criterion
  AND b.reader = l.reader AND b.date = l.date
ORDER BY l.criterion, l.reader, s.SUBJID, l.PARAMCD, l.lesion, l.date
