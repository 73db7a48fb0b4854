-- Hold and stop conditions at each session with the drug: one row a session and condition, STOP,
-- HOLD, UNKNOWN or OK, with the record and a sentence. Conditions and limits: rules/dose/holds.toml.
-- Choices: laboratory values and blood pressure up to and including the day of the session count, an
-- adverse event only when it began before that day (on that day it may follow the infusion). An
-- event without a date, or without a grade where the rule asks for one, leaves it unknown. Where a
-- table is empty for everybody nothing was collected, and the condition is unknown.
WITH asked AS (
  SELECT s.subject, s.date AS day, r.* FROM hold_day AS s CROSS JOIN hold_rule AS r
),
collected AS (
  SELECT (SELECT count(*) FROM adverse_events) > 0 AS events,
    (SELECT count(*) FROM history) > 0 AS history,
    (SELECT count(*) FROM procedures) > 0 AS procedures
),
graded AS (
  SELECT *, coalesce(grade, CASE severity WHEN 'mild' THEN 1 WHEN 'moderate' THEN 2
    WHEN 'severe' THEN 3 END) AS rank
  FROM adverse_events
),
named AS (
  SELECT t.rule, e.subject, e.seq
  FROM graded AS e JOIN hold_term AS t ON contains(lower(e.term), t.term)
  GROUP BY t.rule, e.subject, e.seq HAVING bool_and(t.wanted)
),
event AS (
  SELECT a.subject, a.day, a.rule,
    CASE WHEN e.start_date IS NULL OR (e.rank IS NULL AND a.min_grade > 1) THEN 'UNKNOWN'
      ELSE a.action END AS state,
    e.term || CASE WHEN e.rank IS NULL THEN ' without a grade' ELSE ' of grade ' || e.rank END
      || CASE WHEN e.start_date IS NULL THEN ', date not on record' ELSE ' from ' || e.start_date END
      || CASE WHEN a.ongoing AND e.end_date IS NULL THEN ', no end on record' ELSE '' END AS because,
    e.start_date AS since, e.src_file, e.src_sheet, e.src_row, e.seq
  FROM asked AS a
  JOIN named AS n ON n.rule = a.rule AND n.subject = a.subject
  JOIN graded AS e ON e.subject = n.subject AND e.seq = n.seq
  WHERE a.kind = 'event'
    AND coalesce(e.start_date < a.day, TRUE)
    AND coalesce(e.rank >= a.min_grade, TRUE)
    AND coalesce(e.end_date >= a.day, TRUE) >= a.ongoing
),
-- The 24-hour collection and the dipstick of the last day each was done.
urine AS (
  SELECT a.subject, a.day, a.rule, l.test, max(l.date) AS date,
    arg_max(CAST(l.value AS DECIMAL(18, 4)), (l.date, l.value)) AS value,
    arg_max(coalesce(l.operator, ''), (l.date, l.value)) AS operator,
    arg_max(l.src_file, (l.date, l.value)) AS src_file,
    arg_max(l.src_sheet, (l.date, l.value)) AS src_sheet,
    arg_max(l.src_row, (l.date, l.value)) AS src_row
  FROM asked AS a JOIN lab_canonical AS l USING (subject)
  WHERE a.kind = 'urine' AND l.test IN ('UPROT24', 'UDIP') AND l.value IS NOT NULL
    AND l.date <= a.day AND a.day - l.date < a.days
  GROUP BY a.subject, a.day, a.rule, l.test
),
protein AS (
  SELECT a.subject, a.day, a.rule,
    CASE
      WHEN c.value >= a.limit_g AND c.operator <> '<' THEN a.action
      WHEN d.value >= a.dipstick AND coalesce(d.date > c.date, TRUE) THEN 'UNKNOWN'
      WHEN c.value >= a.limit_g OR (c.value < a.limit_g AND c.operator = '>') THEN
        CASE WHEN c.operator = '<' AND c.value = a.limit_g THEN 'OK' ELSE 'UNKNOWN' END
      WHEN c.value < a.limit_g OR d.value < a.dipstick THEN 'OK'
      ELSE 'UNKNOWN'
    END AS state,
    CASE
      WHEN d.value >= a.dipstick AND coalesce(d.date > c.date, TRUE)
        THEN 'dipstick ' || format('{:g}', d.value::DOUBLE) || '+ on ' || d.date
          || ' asks for a 24-hour collection'
      WHEN c.value IS NOT NULL
        THEN c.operator || format('{:g}', c.value::DOUBLE) || ' g in 24 hours on ' || c.date
      WHEN d.value IS NOT NULL
        THEN 'dipstick ' || format('{:g}', d.value::DOUBLE) || '+ on ' || d.date
      ELSE 'no urine protein in the ' || a.days || ' days before'
    END AS because,
    CASE WHEN c.value IS NULL OR d.date > c.date THEN d.src_file ELSE c.src_file END AS src_file,
    CASE WHEN c.value IS NULL OR d.date > c.date THEN d.src_sheet ELSE c.src_sheet END AS src_sheet,
    CASE WHEN c.value IS NULL OR d.date > c.date THEN d.src_row ELSE c.src_row END AS src_row
  FROM asked AS a
  LEFT JOIN urine AS c ON c.subject = a.subject AND c.day = a.day AND c.rule = a.rule
    AND c.test = 'UPROT24'
  LEFT JOIN urine AS d ON d.subject = a.subject AND d.day = a.day AND d.rule = a.rule
    AND d.test = 'UDIP'
  WHERE a.kind = 'urine'
),
measured AS (
  SELECT a.subject, a.day, a.rule, max(v.date) AS date
  FROM asked AS a JOIN vital_canonical AS v USING (subject)
  WHERE a.kind = 'pressure' AND v.test IN ('SYSBP', 'DIABP') AND v.value IS NOT NULL
    AND v.date <= a.day AND a.day - v.date < a.days
  GROUP BY a.subject, a.day, a.rule
),
highest AS (
  SELECT m.subject, m.day, m.rule, m.date,
    CAST(max(v.value) FILTER (v.test = 'SYSBP') AS DECIMAL(18, 4)) AS systolic,
    CAST(max(v.value) FILTER (v.test = 'DIABP') AS DECIMAL(18, 4)) AS diastolic,
    arg_max(v.src_file, v.value) AS src_file, arg_max(v.src_sheet, v.value) AS src_sheet,
    arg_max(v.src_row, v.value) AS src_row
  FROM measured AS m
  JOIN vital_canonical AS v ON v.subject = m.subject AND v.date = m.date
    AND v.test IN ('SYSBP', 'DIABP')
  GROUP BY m.subject, m.day, m.rule, m.date
),
pressure AS (
  SELECT a.subject, a.day, a.rule,
    CASE
      WHEN h.systolic >= a.systolic OR h.diastolic >= a.diastolic THEN a.action
      WHEN h.systolic IS NULL OR h.diastolic IS NULL THEN 'UNKNOWN'
      ELSE 'OK'
    END AS state,
    CASE WHEN h.date IS NULL THEN 'no blood pressure in the ' || a.days || ' days before'
      ELSE coalesce(format('{:g}', h.systolic::DOUBLE), '?') || '/'
        || coalesce(format('{:g}', h.diastolic::DOUBLE), '?') || ' mmHg on ' || h.date
    END AS because,
    h.src_file, h.src_sheet, h.src_row
  FROM asked AS a
  LEFT JOIN highest AS h ON h.subject = a.subject AND h.day = a.day AND h.rule = a.rule
  WHERE a.kind = 'pressure'
),
-- Operations and bleedings, with the last day that a partial date may mean.
dated AS (
  SELECT 'surgery' AS kind, subject, procedure AS what, date AS first_day, date AS last_day,
    src_file, src_sheet, src_row
  FROM procedures WHERE procedure IN ('resection', 'transplantation', 'other surgery')
  UNION ALL
  SELECT CASE category WHEN 'bleeding' THEN 'bleeding' ELSE 'surgery' END, subject,
    coalesce(term, category), start_date,
    CASE start_date_flag WHEN 'M' THEN last_day(make_date(year(start_date), 12, 1))
      WHEN 'D' THEN last_day(start_date) ELSE start_date END,
    src_file, src_sheet, src_row
  FROM history WHERE category IN ('bleeding', 'prior surgery')
),
happened AS (
  SELECT a.subject, a.day, a.rule,
    CASE WHEN a.after OR d.first_day IS NULL OR d.first_day < d.last_day THEN 'UNKNOWN'
      ELSE a.action END AS state,
    d.what || CASE WHEN d.first_day IS NULL THEN ', date not on record'
        WHEN d.first_day < d.last_day THEN ' between ' || d.first_day || ' and ' || d.last_day
        ELSE ' on ' || d.first_day END
      || CASE WHEN a.after THEN ', not known whether elective' ELSE '' END AS because,
    d.first_day AS since, d.src_file, d.src_sheet, d.src_row, 0 AS seq
  FROM asked AS a JOIN dated AS d USING (subject, kind)
  WHERE d.first_day IS NULL AND NOT a.after
    OR NOT a.after AND d.first_day <= a.day AND a.day - d.last_day < a.days
    OR a.after AND d.last_day > a.day AND d.first_day - a.day < a.days
),
found AS (
  SELECT subject, day, rule, state, because, since, src_file, src_sheet, src_row,
    row_number() OVER (PARTITION BY subject, day, rule
      ORDER BY state = 'UNKNOWN', since, src_row, seq) AS n
  FROM (SELECT * FROM event UNION ALL SELECT * FROM happened)
),
nothing AS (
  SELECT a.subject, a.day, a.rule,
    CASE WHEN (a.kind = 'event' AND NOT c.events)
      OR (a.kind = 'surgery' AND NOT (c.history OR c.procedures))
      OR (a.kind = 'bleeding' AND NOT c.history) THEN 'UNKNOWN' ELSE 'OK' END AS state
  FROM asked AS a CROSS JOIN collected AS c WHERE a.kind IN ('event', 'surgery', 'bleeding')
)
SELECT a.subject, a.day, a.position, a.rule, a.event, a.action,
  coalesce(f.state, p.state, b.state, n.state) AS state,
  coalesce(f.because, p.because, b.because,
    CASE n.state WHEN 'OK' THEN 'none on record' ELSE 'nothing of the kind was collected' END)
    AS because,
  f.since,
  coalesce(f.src_file, p.src_file, b.src_file) AS src_file,
  coalesce(f.src_sheet, p.src_sheet, b.src_sheet) AS src_sheet,
  coalesce(f.src_row, p.src_row, b.src_row) AS src_row
FROM asked AS a
LEFT JOIN found AS f ON f.subject = a.subject AND f.day = a.day AND f.rule = a.rule AND f.n = 1
LEFT JOIN protein AS p ON p.subject = a.subject AND p.day = a.day AND p.rule = a.rule
LEFT JOIN pressure AS b ON b.subject = a.subject AND b.day = a.day AND b.rule = a.rule
LEFT JOIN nothing AS n ON n.subject = a.subject AND n.day = a.day AND n.rule = a.rule
ORDER BY a.subject, a.day, a.position
