-- ADLBHY: liver injury and failure after the first treatment, one row a treated subject. The rules
-- and their sources stand in rules/liver. Y, N, or missing where a test that decides was not taken.
WITH taken AS (
  SELECT m.subject, m.test, m.date, m.value, m.upper, m.base,
    CASE WHEN m.base_operator IS NOT NULL THEN NULL
      WHEN m.base > m.base_upper THEN 'ABNORMAL' WHEN m.base <= m.base_upper THEN 'NORMAL' END AS state
  FROM measurement AS m
  WHERE m.domain = 'labs' AND NOT m.before AND m.TRTSDT IS NOT NULL AND m.value IS NOT NULL
    AND m.operator IS DISTINCT FROM '<' AND m.test IN ('ALT', 'AST', 'BILI', 'ALP', 'INR')
),
hit AS (
  SELECT t.*, t.value >= l.transaminase_uln * t.upper AS law,
    CASE t.state WHEN 'ABNORMAL' THEN t.value > l.transaminase_base * t.base
      WHEN 'NORMAL' THEN t.value >= l.transaminase_uln * t.upper END AS adapted
  FROM taken AS t CROSS JOIN liver_limit AS l WHERE t.test IN ('ALT', 'AST')
  UNION ALL
  SELECT t.*, t.value > l.bilirubin_uln * t.upper,
    CASE t.state WHEN 'ABNORMAL' THEN t.value > l.bilirubin_base * t.base
      WHEN 'NORMAL' THEN t.value > l.bilirubin_uln * t.upper END
  FROM taken AS t CROSS JOIN liver_limit AS l WHERE t.test = 'BILI'
),
phosphatase AS (
  SELECT t.subject, t.date, bool_and(t.value < l.phosphatase_uln * t.upper) AS low
  FROM taken AS t CROSS JOIN liver_limit AS l WHERE t.test = 'ALP' GROUP BY t.subject, t.date
),
pair AS (
  SELECT a.subject, a.date, a.law AND b.law AS law, a.adapted AND b.adapted AS adapted, p.low
  FROM hit AS a
  CROSS JOIN liver_limit AS l
  JOIN hit AS b ON b.subject = a.subject AND b.test = 'BILI'
    AND b.date BETWEEN a.date AND a.date + CAST(l.pair_days AS INTEGER)
  LEFT JOIN phosphatase AS p ON p.subject = a.subject AND p.date = a.date
  WHERE a.test IN ('ALT', 'AST')
),
law AS (
  SELECT subject,
    CASE WHEN bool_or(law AND low) THEN 'Y' WHEN bool_or(coalesce(law, TRUE) AND coalesce(low, TRUE))
      THEN NULL ELSE 'N' END AS law,
    min(date) FILTER (law AND low) AS law_day,
    CASE WHEN bool_or(adapted AND low) THEN 'Y'
      WHEN bool_or(coalesce(adapted, TRUE) AND coalesce(low, TRUE)) THEN NULL ELSE 'N' END AS adapted,
    min(date) FILTER (adapted AND low) AS adapted_day
  FROM pair GROUP BY subject
),
peak AS (
  SELECT subject,
    max(CAST(value AS DOUBLE) / CAST(nullif(upper, 0) AS DOUBLE)) FILTER (test IN ('ALT', 'AST')) AS transaminase_uln,
    max(CAST(value AS DOUBLE) / CAST(nullif(base, 0) AS DOUBLE)) FILTER (test IN ('ALT', 'AST')) AS transaminase_base,
    max(CAST(value AS DOUBLE) / CAST(nullif(upper, 0) AS DOUBLE)) FILTER (test = 'BILI') AS bilirubin_uln,
    max(CAST(value AS DOUBLE) / CAST(nullif(base, 0) AS DOUBLE)) FILTER (test = 'BILI') AS bilirubin_base,
    max(state) FILTER (test IN ('ALT', 'AST') AND state = 'ABNORMAL') AS transaminase_high,
    count(state) FILTER (test IN ('ALT', 'AST')) AS transaminase_known,
    max(state) FILTER (test = 'BILI') AS bilirubin_state
  FROM taken GROUP BY subject
),
sign AS (
  SELECT t.subject, t.date, t.encephalopathy,
    list_position(['none', 'mild', 'moderate', 'severe'], t.ascites) AS ascites,
    t.date <= s.TRTSDT AS before
  FROM status AS t JOIN adsl AS s ON s.SUBJID = t.subject CROSS JOIN protocol
  WHERE s.TRTSDT IS NOT NULL AND t.date <= cutoff
),
sign_base AS (
  SELECT subject, arg_max(encephalopathy, date) FILTER (encephalopathy IS NOT NULL) AS encephalopathy,
    arg_max(ascites, date) FILTER (ascites IS NOT NULL) AS ascites
  FROM sign WHERE before GROUP BY subject
),
worse AS (
  SELECT s.subject, s.date,
    s.encephalopathy >= l.encephalopathy AND s.encephalopathy > b.encephalopathy AS encephalopathy,
    s.ascites > b.ascites AS ascites
  FROM sign AS s CROSS JOIN liver_limit AS l LEFT JOIN sign_base AS b ON b.subject = s.subject
  WHERE NOT s.before
),
coagulation AS (
  SELECT t.subject, t.date, t.value >= l.inr AS high
  FROM taken AS t CROSS JOIN liver_limit AS l WHERE t.test = 'INR'
),
jaundice AS (
  SELECT t.subject, t.date, t.value >= l.aclf_bilirubin AS high
  FROM taken AS t CROSS JOIN liver_limit AS l WHERE t.test = 'BILI'
),
failing AS (
  SELECT c.subject, c.date, c.high AND w.encephalopathy AS failed
  FROM coagulation AS c CROSS JOIN liver_limit AS l
  JOIN worse AS w ON w.subject = c.subject
    AND abs(w.date - c.date) <= CAST(l.sign_days AS INTEGER)
),
failure AS (
  SELECT subject, CASE WHEN bool_or(failed) THEN 'Y' WHEN bool_or(failed IS NULL) THEN NULL ELSE 'N' END
      AS failed, min(date) FILTER (failed) AS day
  FROM failing GROUP BY subject
),
acute_on_chronic AS (
  SELECT c.subject, c.date, c.high AND j.high AND (w.encephalopathy OR w.ascites) AS failed
  FROM coagulation AS c CROSS JOIN liver_limit AS l
  JOIN jaundice AS j ON j.subject = c.subject
    AND abs(j.date - c.date) <= CAST(l.sign_days AS INTEGER)
  JOIN worse AS w ON w.subject = c.subject
    AND w.date - c.date BETWEEN -CAST(l.sign_days AS INTEGER) AND CAST(l.aclf_days AS INTEGER)
),
aclf AS (
  SELECT subject, CASE WHEN bool_or(failed) THEN 'Y' WHEN bool_or(failed IS NULL) THEN NULL ELSE 'N' END
      AS failed, min(date) FILTER (failed) AS day
  FROM acute_on_chronic GROUP BY subject
)
SELECT s.STUDYID, s.USUBJID, s.SUBJID,
  p.transaminase_uln AS TRANPKU, p.transaminase_base AS TRANPKB,
  CASE WHEN p.transaminase_known > 0 THEN coalesce(p.transaminase_high, 'NORMAL') END AS TRANBL,
  p.bilirubin_uln AS BILIPKU, p.bilirubin_base AS BILIPKB, p.bilirubin_state AS BILIBLRF,
  law.law AS HYLAWFL, law.law_day AS HYLAWDT, law.adapted AS HYBASEFL, law.adapted_day AS HYBASEDT,
  failure.failed AS ALFFL, failure.day AS ALFDT, aclf.failed AS ACLFFL, aclf.day AS ACLFDT,
  concat_ws('; ',
    CASE WHEN law.subject IS NULL THEN 'no ALT or AST with a bilirubin after it, after the first treatment'
      WHEN law.law IS NULL OR law.adapted IS NULL
      THEN 'a limit of normal, a baseline or the alkaline phosphatase of the day is missing' END,
    CASE WHEN failure.subject IS NULL THEN 'no INR with encephalopathy near it after the first treatment'
      WHEN failure.failed IS NULL THEN 'encephalopathy at baseline or after it is missing' END) AS REASON
FROM adsl AS s
LEFT JOIN peak AS p ON p.subject = s.SUBJID
LEFT JOIN law ON law.subject = s.SUBJID
LEFT JOIN failure ON failure.subject = s.SUBJID
LEFT JOIN aclf ON aclf.subject = s.SUBJID
WHERE s.TRTSDT IS NOT NULL
ORDER BY s.SUBJID
