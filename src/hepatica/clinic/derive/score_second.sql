-- Inputs of the scores that judge whether to repeat TACE, one row a score and subject on the day of
-- the second TACE session on record. Compared are the last values up to the first session with the
-- last in the 14 days up to the second (transaminases peak days after TACE); the response is the
-- overall response of the protocol's criterion and reader at the last scan between them that could be
-- evaluated.
-- The scores are not defined where TACE sessions came before those on record (history), or where more
-- days lie between the sessions than the score was built on; the row then has no inputs and says so.
WITH session_day AS (
  SELECT DISTINCT subject, date FROM procedures CROSS JOIN protocol
  WHERE procedure IN ('BEVA-TACE', 'TACE') AND date <= cutoff
),
numbered AS (
  SELECT subject, date, row_number() OVER (PARTITION BY subject ORDER BY date) AS number
  FROM session_day
),
pair AS (
  SELECT a.subject, a.date AS first, b.date AS second, coalesce(s.NTACE, 0) AS prior
  FROM numbered AS a
  JOIN numbered AS b ON b.subject = a.subject AND b.number = 2
  JOIN adsl AS s ON s.SUBJID = a.subject
  WHERE a.number = 1
),
before AS (
  SELECT p.subject, v.variable, arg_max(v.value, v.date) AS value, arg_max(v.shown, v.date) AS shown,
    arg_max(v.operator, v.date) AS operator, arg_max(v.record, v.date) AS record
  FROM pair AS p
  JOIN score_value AS v ON v.subject = p.subject AND v.date <= p.first
    AND p.first - v.date <= CASE v.variable WHEN 'afp' THEN 28 ELSE 14 END
  WHERE v.variable IN ('ast', 'afp') GROUP BY p.subject, v.variable
),
after AS (
  SELECT p.subject, v.variable, arg_max(v.value, v.date) AS value, arg_max(v.shown, v.date) AS shown,
    arg_max(v.operator, v.date) AS operator, arg_max(v.record, v.date) AS record
  FROM pair AS p
  JOIN score_value AS v ON v.subject = p.subject AND v.date > p.first AND v.date <= p.second
    AND p.second - v.date <= 14
  WHERE v.variable = 'ast' GROUP BY p.subject, v.variable
),
liver_before AS (
  SELECT p.subject, arg_max(a.aval, a.date) AS points
  FROM pair AS p JOIN score_row AS a ON a.subject = p.subject AND a.paramcd = 'CPUGH'
    AND a.aval IS NOT NULL AND a.date <= p.first AND p.first - a.date <= 14
  GROUP BY p.subject
),
liver_after AS (
  SELECT p.subject, arg_max(a.aval, a.date) AS points
  FROM pair AS p JOIN score_row AS a ON a.subject = p.subject AND a.paramcd = 'CPUGH'
    AND a.aval IS NOT NULL AND a.date > p.first AND a.date <= p.second AND p.second - a.date <= 14
  GROUP BY p.subject
),
stage AS (
  SELECT p.subject, arg_max(a.category, a.date) AS stage
  FROM pair AS p JOIN score_row AS a ON a.subject = p.subject AND a.paramcd = 'BCLC18'
    AND a.category IS NOT NULL AND a.date <= p.first AND p.first - a.date <= 60
  GROUP BY p.subject
),
response AS (
  SELECT p.subject, arg_max(v.overall, v.date) AS overall, max(v.date) AS date
  FROM pair AS p
  JOIN visit AS v ON v.subject = p.subject AND v.date > p.first AND v.date <= p.second
    AND v.overall <> 'NE' AND v.criterion = (SELECT primary_criterion FROM protocol)
  GROUP BY p.subject
),
asked AS (
  SELECT n.score, n.within_days, p.*,
    CASE WHEN p.prior > 0 THEN 'not defined: ' || p.prior || ' TACE on record before the first session'
      WHEN p.second - p.first > n.within_days THEN 'not defined: the second session is '
        || (p.second - p.first) || ' days after the first, more than ' || n.within_days END AS undefined
  FROM pair AS p CROSS JOIN score_second_need AS n
),
gathered AS (
  SELECT a.*, a.undefined IS NULL AS defined, b.value AS ast_first, c.value AS ast_second,
    'AST ' || b.shown || ' (' || b.record || ') to ' || c.shown || ' (' || c.record || ')' AS ast_said,
    coalesce(b.operator, '') = '' AND coalesce(c.operator, '') = '' AS ast_exact,
    l.points AS points_first, m.points AS points_second, s.stage, f.value AS afp,
    f.operator AS afp_operator, 'AFP ' || f.shown || ' (' || f.record || ')' AS afp_said, r.overall,
    r.date AS scanned
  FROM asked AS a
  LEFT JOIN before AS b ON b.subject = a.subject AND b.variable = 'ast'
  LEFT JOIN after AS c ON c.subject = a.subject
  LEFT JOIN before AS f ON f.subject = a.subject AND f.variable = 'afp'
  LEFT JOIN liver_before AS l ON l.subject = a.subject
  LEFT JOIN liver_after AS m ON m.subject = a.subject
  LEFT JOIN stage AS s ON s.subject = a.subject
  LEFT JOIN response AS r ON r.subject = a.subject
)
SELECT score, subject, second AS date,
  CASE WHEN defined AND ast_exact AND ast_first > 0 THEN 100 * (ast_second - ast_first) / ast_first END
    AS ast_rise_percent,
  CASE WHEN defined THEN CAST(points_second - points_first AS BIGINT) END AS child_pugh_change,
  CASE WHEN defined THEN overall IN ('CR', 'PR') END AS radiologic_response,
  CASE WHEN defined THEN stage END AS bclc,
  CASE WHEN defined AND coalesce(afp_operator, '') = '' THEN afp
    WHEN defined AND afp_operator = '<' AND afp <= 200 THEN afp - 0.000001
    WHEN defined AND afp_operator = '>' AND afp >= 200 THEN afp END AS afp_ng_ml,
  CASE WHEN defined THEN concat_ws('; ',
    CASE WHEN score = 'art' THEN ast_said ELSE 'BCLC stage ' || stage END,
    CASE WHEN score = 'abcr' THEN afp_said END,
    'Child-Pugh points ' || CAST(points_first AS BIGINT) || ' to ' || CAST(points_second AS BIGINT),
    overall || ' on ' || scanned) END AS inputs,
  undefined AS lacking,
  CAST(NULL AS VARCHAR) AS src_file, CAST(NULL AS VARCHAR) AS src_sheet, CAST(NULL AS BIGINT) AS src_row
FROM gathered
ORDER BY score, subject
