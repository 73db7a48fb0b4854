-- ADRS: the response of every visit, and one record a subject for each derived parameter.
-- `visit_all` and `best_all` come from the response engine, by criterion and reader.
-- ANL01FL: up to and including the first progression, and not after new anticancer therapy.
-- A treated subject without a baseline assessment has best response MISSING: never a responder,
-- always in the denominator.
-- ASEQ numbers a subject's records, overall responses first: it is `aseq` of visit_all there.
WITH subject AS (
  SELECT STUDYID, USUBJID, SUBJID, TRTSDT, NACTDT, SAFFL, ENRLFL FROM adsl
),
visit_long AS (
  SELECT v.subject, v.criterion, v.reader, v.date, v.counts,
    unnest(['TRGRESP', 'NTRGRESP', 'NEWLPROG', 'OVR']) AS PARAMCD,
    unnest([v.target, v.non_target, v.new_lesion, v.overall]) AS AVALC,
    unnest([NULL, NULL, NULL, v.because]) AS reason,
    unnest(['ADTR', 'measurements', 'new_lesions', 'ADRS']) AS srcdom,
    unnest(['AVAL', 'status', 'status', 'AVALC']) AS srcvar,
    NULL::BIGINT AS seq
  FROM visit_all AS v
),
window_visit AS (SELECT * FROM visit_all WHERE counts),
first_pd AS (
  SELECT subject, criterion, reader, min(date) AS date, arg_min(because, date) AS because
  FROM window_visit WHERE overall = 'PD' GROUP BY ALL
),
last_seen AS (
  SELECT subject, criterion, reader, max(date) AS date, arg_max(overall, date) AS overall
  FROM window_visit WHERE overall <> 'NE' GROUP BY ALL
),
best AS (
  SELECT b.subject, b.criterion, b.reader, b.bor, b.bor_date, b.because_bor, b.cbor, b.cbor_date,
    b.because_cbor, b.measurable, b.baseline_date,
    EXISTS (SELECT 1 FROM visit_all AS v WHERE v.subject = b.subject AND v.criterion = b.criterion
      AND v.reader = b.reader AND v.overall = 'PD') AS ever_pd
  FROM best_all AS b
  JOIN subject AS s ON s.SUBJID = b.subject AND s.SAFFL = 'Y' AND s.ENRLFL = 'Y'
),
single AS (
  SELECT subject, criterion, reader, 'BOR' AS PARAMCD, bor AS AVALC, bor_date AS date,
    because_bor AS reason, 'AVALC' AS srcvar FROM best
  UNION ALL SELECT subject, criterion, reader, 'CBOR', cbor, cbor_date, because_cbor, 'AVALC' FROM best
  UNION ALL
  SELECT b.subject, b.criterion, b.reader, 'RSP',
    CASE WHEN bor IN ('CR', 'PR') THEN 'Y' ELSE 'N' END,
    CASE WHEN bor IN ('CR', 'PR') THEN r.date END,
    CASE WHEN bor IN ('CR', 'PR') THEN r.because ELSE because_bor END, 'AVALC'
  FROM best AS b
  LEFT JOIN (FROM first_response WHERE NOT confirmed) AS r USING (subject, criterion, reader)
  UNION ALL
  SELECT subject, criterion, reader, 'CRSP', CASE WHEN cbor IN ('CR', 'PR') THEN 'Y' ELSE 'N' END,
    r.date, because_cbor, 'AVALC' FROM best
  LEFT JOIN (FROM first_response WHERE confirmed) AS r USING (subject, criterion, reader)
  UNION ALL
  SELECT subject, criterion, reader, 'BCP', CASE WHEN bor IN ('CR', 'PR') THEN 'Y' ELSE 'N' END,
    CASE WHEN bor IN ('CR', 'PR') THEN bor_date END, because_bor, 'AVALC' FROM best
  UNION ALL
  SELECT subject, criterion, reader, 'CBCP', CASE WHEN cbor IN ('CR', 'PR') THEN 'Y' ELSE 'N' END,
    CASE WHEN cbor IN ('CR', 'PR') THEN cbor_date END, because_cbor, 'AVALC' FROM best
  UNION ALL
  SELECT subject, criterion, reader, 'CB',
    CASE WHEN bor IN ('CR', 'PR', 'SD', 'NON-CR/NON-PD') THEN 'Y' ELSE 'N' END,
    CASE WHEN bor IN ('CR', 'PR', 'SD', 'NON-CR/NON-PD') THEN bor_date END, because_bor, 'AVALC'
  FROM best
  UNION ALL
  SELECT subject, criterion, reader, 'CCB',
    CASE WHEN cbor IN ('CR', 'PR', 'SD', 'NON-CR/NON-PD') THEN 'Y' ELSE 'N' END,
    CASE WHEN cbor IN ('CR', 'PR', 'SD', 'NON-CR/NON-PD') THEN cbor_date END, because_cbor, 'AVALC'
  FROM best
  UNION ALL
  SELECT b.subject, b.criterion, b.reader, 'PD', CASE WHEN p.date IS NULL THEN 'N' ELSE 'Y' END,
    p.date, coalesce(p.because, CASE WHEN ever_pd
      THEN 'No progression before new anticancer therapy' ELSE 'No progression on record' END), 'AVALC'
  FROM best AS b LEFT JOIN first_pd AS p USING (subject, criterion, reader)
  UNION ALL
  SELECT b.subject, b.criterion, b.reader, 'LSTA', l.overall, l.date,
    'Last assessment other than NE, up to the first progression', 'AVALC'
  FROM best AS b JOIN last_seen AS l USING (subject, criterion, reader)
  UNION ALL
  SELECT subject, criterion, reader, 'MDIS', CASE WHEN baseline_date IS NOT NULL THEN measurable END,
    NULL, CASE WHEN baseline_date IS NULL THEN 'No baseline assessment'
      WHEN measurable = 'Y' THEN 'Target lesions at baseline' ELSE 'No target lesion at baseline' END,
    'role' FROM best
),
death AS (
  SELECT s.SUBJID AS subject, '' AS criterion, '' AS reader, 'DEATH' AS PARAMCD, a.DTHFL AS AVALC,
    a.DTHDT AS date,
    CASE a.DTHFL WHEN 'Y' THEN 'Death on ' || a.DTHDT ELSE 'No death on record' END AS reason,
    'DTHDT' AS srcvar
  FROM subject AS s JOIN adsl AS a USING (SUBJID)
  WHERE s.ENRLFL = 'Y' AND s.SAFFL = 'Y'
),
long AS (
  SELECT subject, criterion, reader, PARAMCD, AVALC, date, reason, counts, seq, srcdom, srcvar
  FROM visit_long
  UNION ALL
  -- What was derived from the assessment of a day leads to that day's overall response.
  SELECT s.subject, s.criterion, s.reader, s.PARAMCD, s.AVALC, s.date, s.reason, NULL, v.aseq,
    CASE s.PARAMCD WHEN 'MDIS' THEN 'lesions' ELSE 'ADRS' END, s.srcvar
  FROM single AS s LEFT JOIN visit_all AS v USING (subject, criterion, reader, date)
  UNION ALL
  SELECT subject, criterion, reader, PARAMCD, AVALC, date, reason, NULL, NULL, 'ADSL', srcvar FROM death
)
SELECT
  s.STUDYID, s.USUBJID, s.SUBJID, criterion AS PARCAT1, reader AS PARCAT2, l.PARAMCD,
  p.label AS PARAM, l.date AS ADT,
  CAST(l.date - s.TRTSDT + CASE WHEN l.date >= s.TRTSDT THEN 1 ELSE 0 END AS BIGINT) AS ADY,
  CAST(CASE l.AVALC
    WHEN 'CR' THEN 1 WHEN 'PR' THEN 2 WHEN 'SD' THEN 3 WHEN 'NON-CR/NON-PD' THEN 4 WHEN 'PD' THEN 5
    WHEN 'NE' THEN 6 WHEN 'MISSING' THEN 7 WHEN 'Y' THEN 1 WHEN 'N' THEN 0 END AS DOUBLE) AS AVAL,
  l.AVALC,
  CASE WHEN counts THEN 'Y' END AS ANL01FL,
  l.reason AS REASON, l.srcdom AS SRCDOM, l.srcvar AS SRCVAR, l.seq AS SRCSEQ,
  row_number() OVER (PARTITION BY s.SUBJID
    ORDER BY l.PARAMCD <> 'OVR', l.criterion, l.reader, p.position, l.date) AS ASEQ
FROM long AS l
JOIN subject AS s ON s.SUBJID = l.subject
JOIN response_parameter AS p ON p.code = l.PARAMCD
ORDER BY criterion, reader, s.SUBJID, p.position, l.date
