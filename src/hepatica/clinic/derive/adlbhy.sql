-- ADLBHY: liver injury and failure after the first treatment, one row a treated subject. The rules
-- and their sources stand in rules/liver. Y, N, or missing: a value that could decide and stands
-- without its partner (ALT without bilirubin, INR without the signs of the liver) leaves it open, and
-- so does a reported "<" or ">" that may lie on either side of the limit.
WITH taken AS (
  SELECT m.subject, m.test, m.date, m.value, m.operator, m.upper, m.base,
    CASE WHEN m.operator IS DISTINCT FROM '<' THEN m.value END AS at_least,
    CASE WHEN m.operator IS DISTINCT FROM '>' THEN m.value END AS at_most,
    CASE WHEN m.base_operator IS NOT NULL THEN NULL
      WHEN m.base > m.base_upper THEN 'ABNORMAL' WHEN m.base <= m.base_upper THEN 'NORMAL' END AS state
  FROM measurement AS m
  WHERE m.domain = 'labs' AND NOT m.before AND m.TRTSDT IS NOT NULL AND m.value IS NOT NULL
    AND m.test IN ('ALT', 'AST', 'BILI', 'ALP', 'INR')
),
limited AS (
  SELECT t.*, t.test = 'BILI' AS bilirubin,
    CASE t.test WHEN 'BILI' THEN l.bilirubin_uln ELSE l.transaminase_uln END * t.upper AS uln_limit,
    CASE t.test WHEN 'BILI' THEN l.bilirubin_base ELSE l.transaminase_base END * t.base AS base_limit
  FROM taken AS t CROSS JOIN liver_limit AS l WHERE t.test IN ('ALT', 'AST', 'BILI')
),
compared AS (
  SELECT *,
    CASE WHEN at_least > uln_limit THEN TRUE
      WHEN at_least = uln_limit AND (operator = '>' OR NOT bilirubin) THEN TRUE
      WHEN at_most < uln_limit THEN FALSE
      WHEN at_most = uln_limit AND (operator = '<' OR bilirubin) THEN FALSE END AS law,
    CASE WHEN at_least > base_limit OR at_least = base_limit AND operator = '>' THEN TRUE
      WHEN at_most <= base_limit THEN FALSE END AS risen
  FROM limited
),
hit AS (
  SELECT subject, date, bilirubin, law,
    CASE state WHEN 'ABNORMAL' THEN risen WHEN 'NORMAL' THEN law END AS adapted
  FROM compared
),
cholestasis AS (
  SELECT t.subject, t.date, CASE WHEN t.at_most < l.phosphatase_uln * t.upper THEN TRUE
    WHEN t.operator = '<' AND t.value = l.phosphatase_uln * t.upper THEN TRUE
    WHEN t.at_least >= l.phosphatase_uln * t.upper THEN FALSE END AS low
  FROM taken AS t CROSS JOIN liver_limit AS l WHERE t.test = 'ALP'
),
phosphatase AS (
  SELECT subject, date,
    CASE WHEN NOT bool_and(low) THEN FALSE WHEN count(low) = count(*) THEN TRUE END AS low
  FROM cholestasis GROUP BY subject, date
),
pair AS (
  SELECT coalesce(a.subject, b.subject) AS subject, a.date, a.law AND b.law AS law,
    a.adapted AND b.adapted AS adapted, p.low, a.subject IS NOT NULL AND b.subject IS NOT NULL AS whole
  FROM (SELECT h.*, l.pair_days FROM hit AS h CROSS JOIN liver_limit AS l WHERE NOT h.bilirubin) AS a
  FULL JOIN (SELECT * FROM hit WHERE bilirubin) AS b
    ON b.subject = a.subject AND b.date BETWEEN a.date AND a.date + CAST(a.pair_days AS INTEGER)
  LEFT JOIN phosphatase AS p ON p.subject = a.subject AND p.date = a.date
),
law AS (
  SELECT subject, bool_or(whole) AS whole,
    CASE WHEN bool_or(law AND low) THEN 'Y'
      WHEN NOT bool_or(whole) OR bool_or(coalesce(law, TRUE) AND coalesce(low, TRUE)) THEN NULL
      ELSE 'N' END AS law,
    min(date) FILTER (law AND low) AS law_day,
    CASE WHEN bool_or(adapted AND low) THEN 'Y'
      WHEN NOT bool_or(whole) OR bool_or(coalesce(adapted, TRUE) AND coalesce(low, TRUE)) THEN NULL
      ELSE 'N' END AS adapted,
    min(date) FILTER (adapted AND low) AS adapted_day
  FROM pair GROUP BY subject
),
peak AS (
  SELECT subject,
    max(CAST(at_least AS DOUBLE) / CAST(nullif(upper, 0) AS DOUBLE)) FILTER (test IN ('ALT', 'AST')) AS transaminase_uln,
    max(CAST(at_least AS DOUBLE) / CAST(nullif(base, 0) AS DOUBLE)) FILTER (test IN ('ALT', 'AST')) AS transaminase_base,
    max(CAST(at_least AS DOUBLE) / CAST(nullif(upper, 0) AS DOUBLE)) FILTER (test = 'BILI') AS bilirubin_uln,
    max(CAST(at_least AS DOUBLE) / CAST(nullif(base, 0) AS DOUBLE)) FILTER (test = 'BILI') AS bilirubin_base,
    max(state) FILTER (test IN ('ALT', 'AST') AND state = 'ABNORMAL') AS transaminase_high,
    count(state) FILTER (test IN ('ALT', 'AST')) AS transaminase_known,
    max(state) FILTER (test = 'BILI') AS bilirubin_state
  FROM taken GROUP BY subject
),
sign AS (
  SELECT t.subject, t.date, t.seq, t.encephalopathy,
    list_position(['none', 'mild', 'moderate', 'severe'], t.ascites) AS ascites,
    t.date <= s.TRTSDT AS before
  FROM status AS t JOIN adsl AS s ON s.SUBJID = t.subject CROSS JOIN protocol
  WHERE s.TRTSDT IS NOT NULL AND t.date <= cutoff
),
sign_base AS (
  SELECT subject, arg_max(encephalopathy, (date, -seq)) FILTER (encephalopathy IS NOT NULL) AS encephalopathy,
    arg_max(ascites, (date, -seq)) FILTER (ascites IS NOT NULL) AS ascites
  FROM sign WHERE before GROUP BY subject
),
worse AS (
  SELECT s.subject, s.date, s.encephalopathy IS NOT NULL AS graded,
    s.encephalopathy >= l.encephalopathy AND s.encephalopathy > b.encephalopathy AS encephalopathy,
    s.ascites > b.ascites AS ascites
  FROM sign AS s CROSS JOIN liver_limit AS l LEFT JOIN sign_base AS b ON b.subject = s.subject
  WHERE NOT s.before AND (s.encephalopathy IS NOT NULL OR s.ascites IS NOT NULL)
),
coagulation AS (
  SELECT t.subject, t.date, l.sign_days, l.aclf_days,
    CASE WHEN t.at_least >= l.inr THEN TRUE WHEN t.at_most < l.inr THEN FALSE END AS high
  FROM taken AS t CROSS JOIN liver_limit AS l WHERE t.test = 'INR'
),
jaundice AS (
  SELECT t.subject, t.date,
    CASE WHEN t.at_least >= l.aclf_bilirubin THEN TRUE WHEN t.at_most < l.aclf_bilirubin THEN FALSE END
      AS high
  FROM taken AS t CROSS JOIN liver_limit AS l WHERE t.test = 'BILI'
),
failing AS (
  SELECT coalesce(c.subject, w.subject) AS subject, c.date, c.high AND w.encephalopathy AS failed,
    c.subject IS NOT NULL AND w.subject IS NOT NULL AS whole
  FROM coagulation AS c
  FULL JOIN (SELECT * FROM worse WHERE graded) AS w ON w.subject = c.subject
    AND abs(w.date - c.date) <= CAST(c.sign_days AS INTEGER)
),
failure AS (
  SELECT subject, bool_or(whole) AS whole,
    CASE WHEN bool_or(failed) THEN 'Y' WHEN NOT bool_or(whole) OR bool_or(failed IS NULL) THEN NULL
      ELSE 'N' END AS failed, min(date) FILTER (failed) AS day
  FROM failing GROUP BY subject
),
acute_on_chronic AS (
  SELECT coalesce(c.subject, j.subject) AS subject, c.date,
    c.high AND j.high AND (w.encephalopathy OR w.ascites) AS failed,
    c.subject IS NOT NULL AND j.subject IS NOT NULL AND w.subject IS NOT NULL AS whole
  FROM coagulation AS c
  FULL JOIN jaundice AS j ON j.subject = c.subject
    AND abs(j.date - c.date) <= CAST(c.sign_days AS INTEGER)
  CROSS JOIN liver_limit AS l
  LEFT JOIN worse AS w ON w.subject = coalesce(c.subject, j.subject)
    AND w.date - coalesce(c.date, j.date)
      BETWEEN -CAST(l.sign_days AS INTEGER) AND CAST(l.aclf_days AS INTEGER)
),
aclf AS (
  SELECT subject, bool_or(whole) AS whole,
    CASE WHEN bool_or(failed) THEN 'Y' WHEN NOT bool_or(whole) OR bool_or(failed IS NULL) THEN NULL
      ELSE 'N' END AS failed, min(date) FILTER (failed) AS day
  FROM acute_on_chronic GROUP BY subject
)
SELECT s.STUDYID, s.USUBJID, s.SUBJID,
  p.transaminase_uln AS TRANPKU, p.transaminase_base AS TRANPKB,
  CASE WHEN p.transaminase_known > 0 THEN coalesce(p.transaminase_high, 'NORMAL') END AS TRANBL,
  p.bilirubin_uln AS BILIPKU, p.bilirubin_base AS BILIPKB, p.bilirubin_state AS BILIBLRF,
  law.law AS HYLAWFL, law.law_day AS HYLAWDT, law.adapted AS HYBASEFL, law.adapted_day AS HYBASEDT,
  failure.failed AS ALFFL, failure.day AS ALFDT, aclf.failed AS ACLFFL, aclf.day AS ACLFDT,
  concat_ws('; ',
    CASE WHEN law.whole IS NOT TRUE
      THEN 'no ALT or AST with a bilirubin after it, after the first treatment'
      WHEN law.law IS NULL OR law.adapted IS NULL
      THEN 'a limit of normal, a baseline, the alkaline phosphatase of the day or the test beside a high one is missing' END,
    CASE WHEN failure.whole IS NOT TRUE
      THEN 'no INR with encephalopathy near it after the first treatment'
      WHEN failure.failed IS NULL
      THEN 'encephalopathy at baseline or near a high INR, or the INR near it, is missing' END,
    CASE WHEN aclf.whole IS NOT TRUE
      THEN 'no INR with bilirubin, ascites and encephalopathy near it after the first treatment'
      WHEN aclf.failed IS NULL
      THEN 'ascites or encephalopathy at baseline, or one of INR, bilirubin and these near a high one, is missing'
      END) AS REASON
FROM adsl AS s
LEFT JOIN peak AS p ON p.subject = s.SUBJID
LEFT JOIN law ON law.subject = s.SUBJID
LEFT JOIN failure ON failure.subject = s.SUBJID
LEFT JOIN aclf ON aclf.subject = s.SUBJID
WHERE s.TRTSDT IS NOT NULL
ORDER BY s.SUBJID
