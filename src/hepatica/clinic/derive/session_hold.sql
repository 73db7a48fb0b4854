-- Hold and stop conditions at each session with the drug: one row a session and condition, STOP,
-- HOLD, UNKNOWN or OK, with the record and a sentence. Conditions and limits: rules/dose/holds.toml.
-- Choices: laboratory values and blood pressure up to and including the day of the session count, an
-- adverse event only when it began before that day (on that day it may follow the infusion). An
-- event without a date, or without a grade where the rule asks for one, leaves it unknown; so does a
-- partial date that may lie before the session or not. Where a table is empty for everybody nothing
-- was collected, and the condition is unknown. A term is taken out again by whole words only. 2 g of
-- urine protein stand until a later collection has less, however old; less than that counts for so
-- many days. An operation or a bleeding counts from its end; of several in one record the days of the
-- later ones are not known.
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
    WHEN 'severe' THEN 3 END) AS rank,
    CASE start_date_flag WHEN 'M' THEN last_day(make_date(year(start_date), 12, 1))
      WHEN 'D' THEN last_day(start_date) ELSE start_date END AS last_start,
    CASE end_date_flag WHEN 'M' THEN date_trunc('year', end_date)
      WHEN 'D' THEN date_trunc('month', end_date) ELSE end_date END AS first_end,
    left(CAST(start_date AS VARCHAR), CASE start_date_flag WHEN 'M' THEN 4 WHEN 'D' THEN 7 ELSE 10 END)
      AS start_text
  FROM adverse_events
),
named AS (
  SELECT t.rule, e.subject, e.seq
  FROM graded AS e JOIN hold_term AS t ON CASE WHEN t.wanted THEN contains(lower(e.term), t.term)
    ELSE regexp_matches(lower(e.term), '\b' || t.term || '\b') END
  GROUP BY t.rule, e.subject, e.seq HAVING bool_and(t.wanted)
),
event AS (
  SELECT a.subject, a.day, a.rule,
    CASE WHEN e.start_date IS NULL OR e.last_start >= a.day OR (e.rank IS NULL AND a.min_grade > 1)
        OR (a.ongoing AND e.first_end < a.day) THEN 'UNKNOWN'
      ELSE a.action END AS state,
    e.term || CASE WHEN e.rank IS NULL THEN ' without a grade' ELSE ' of grade ' || e.rank END
      || CASE WHEN e.start_date IS NULL THEN ', date not on record' ELSE ' from ' || e.start_text END
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
-- The 24-hour collection and the dipstick of the last day each was done; `fresh` where that is no
-- more days ago than a test may be old.
urine AS (
  SELECT a.subject, a.day, a.rule, l.test, max(l.date) AS date, a.day - max(l.date) < any_value(a.days)
      AS fresh,
    arg_max(CAST(l.value AS DECIMAL(18, 4)), (l.date, l.value)) AS value,
    arg_max(coalesce(l.operator, ''), (l.date, l.value)) AS operator,
    arg_max(l.src_file, (l.date, l.value)) AS src_file,
    arg_max(l.src_sheet, (l.date, l.value)) AS src_sheet,
    arg_max(l.src_row, (l.date, l.value)) AS src_row
  FROM asked AS a JOIN lab_canonical AS l USING (subject)
  WHERE a.kind = 'urine' AND l.test IN ('UPROT24', 'UDIP') AND l.value IS NOT NULL AND l.date <= a.day
  GROUP BY a.subject, a.day, a.rule, l.test
),
urine_pair AS (
  SELECT a.subject, a.day, a.rule, a.action, a.limit_g, a.dipstick, a.days,
    c.value AS grams, c.operator AS grams_operator, c.date AS grams_date, d.value AS plus,
    d.operator AS plus_operator, d.date AS plus_date,
    c.value >= a.limit_g AND c.operator <> '<' AS high,
    -- A dipstick after the last collection that is, or may be, so many plus.
    coalesce(d.date > c.date, TRUE) AND (d.value > a.dipstick OR d.operator = '>'
      OR (d.value = a.dipstick AND d.operator <> '<')) AS asks,
    c.src_file AS grams_file, c.src_sheet AS grams_sheet, c.src_row AS grams_row,
    d.src_file AS plus_file, d.src_sheet AS plus_sheet, d.src_row AS plus_row
  FROM asked AS a
  LEFT JOIN urine AS c ON c.subject = a.subject AND c.day = a.day AND c.rule = a.rule
    AND c.test = 'UPROT24' AND (c.fresh OR (c.value >= a.limit_g AND c.operator <> '<'))
  LEFT JOIN urine AS d ON d.subject = a.subject AND d.day = a.day AND d.rule = a.rule
    AND d.test = 'UDIP' AND d.fresh
  WHERE a.kind = 'urine'
),
protein AS (
  SELECT subject, day, rule,
    CASE
      WHEN high THEN action
      WHEN asks THEN 'UNKNOWN'
      WHEN grams > limit_g OR grams_operator = '>' THEN 'UNKNOWN'
      WHEN grams <= limit_g OR plus <= dipstick THEN 'OK'
      ELSE 'UNKNOWN'
    END AS state,
    CASE
      WHEN asks AND NOT coalesce(high, FALSE)
        THEN 'dipstick ' || plus_operator || format('{:g}', plus::DOUBLE) || '+ on ' || plus_date
          || ' asks for a 24-hour collection'
      WHEN grams IS NOT NULL
        THEN grams_operator || format('{:g}', grams::DOUBLE) || ' g in 24 hours on ' || grams_date
          || CASE WHEN high AND day - grams_date >= days THEN ', no later collection on record' ELSE '' END
      WHEN plus IS NOT NULL
        THEN 'dipstick ' || plus_operator || format('{:g}', plus::DOUBLE) || '+ on ' || plus_date
      ELSE 'no urine protein in the ' || days || ' days before'
    END AS because,
    CASE WHEN grams IS NULL OR (asks AND NOT high) THEN plus_file ELSE grams_file END AS src_file,
    CASE WHEN grams IS NULL OR (asks AND NOT high) THEN plus_sheet ELSE grams_sheet END AS src_sheet,
    CASE WHEN grams IS NULL OR (asks AND NOT high) THEN plus_row ELSE grams_row END AS src_row
  FROM urine_pair
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
-- Operations and bleedings with the days that their dates may mean: begin in [begin_from, begin_to],
-- over in [over_from, over_to]. Without an end one of them is over on its day.
told AS (
  SELECT 'surgery' AS kind, subject, procedure AS what, date AS begin_date, date_flag AS begin_flag,
    date AS over_date, date_flag AS over_flag, src_file, src_sheet, src_row
  FROM procedures WHERE procedure IN ('resection', 'transplantation', 'other surgery')
  UNION ALL
  SELECT CASE category WHEN 'bleeding' THEN 'bleeding' ELSE 'surgery' END, subject,
    coalesce(term, category), start_date, start_date_flag,
    CASE WHEN end_date IS NULL AND coalesce(count, 1) = 1 THEN start_date ELSE end_date END,
    CASE WHEN end_date IS NULL THEN start_date_flag ELSE end_date_flag END,
    src_file, src_sheet, src_row
  FROM history WHERE category IN ('bleeding', 'prior surgery')
),
dated AS (
  SELECT *,
    CASE begin_flag WHEN 'M' THEN make_date(year(begin_date), 1, 1)
      WHEN 'D' THEN make_date(year(begin_date), month(begin_date), 1) ELSE begin_date END AS begin_from,
    CASE begin_flag WHEN 'M' THEN make_date(year(begin_date), 12, 31)
      WHEN 'D' THEN last_day(begin_date) ELSE begin_date END AS begin_to,
    CASE over_flag WHEN 'M' THEN make_date(year(over_date), 1, 1)
      WHEN 'D' THEN make_date(year(over_date), month(over_date), 1) ELSE over_date END AS over_from,
    CASE over_flag WHEN 'M' THEN make_date(year(over_date), 12, 31)
      WHEN 'D' THEN last_day(over_date) ELSE over_date END AS over_to
  FROM told
),
happened AS (
  SELECT a.subject, a.day, a.rule,
    CASE WHEN NOT a.after AND coalesce(d.begin_to, d.over_to) <= a.day AND a.day - d.over_from < a.days THEN a.action
      ELSE 'UNKNOWN' END AS state,
    d.what || CASE WHEN d.begin_from IS NULL AND d.over_to IS NULL THEN ', date not on record'
        WHEN d.begin_from = d.over_to THEN ' on ' || d.begin_from
        WHEN d.begin_from IS NULL THEN ' up to ' || d.over_to
        WHEN d.over_to IS NULL THEN ' from ' || d.begin_from || ', more than one, the last without a date'
        ELSE ' between ' || d.begin_from || ' and ' || d.over_to END
      || CASE WHEN a.after THEN ', not known whether elective' ELSE '' END AS because,
    d.begin_from AS since, d.src_file, d.src_sheet, d.src_row, 0 AS seq
  FROM asked AS a JOIN dated AS d USING (subject, kind)
  WHERE NOT a.after AND coalesce(d.begin_from <= a.day, TRUE)
      AND coalesce(a.day - d.over_to < a.days, TRUE)
    OR a.after AND d.begin_to > a.day AND d.begin_from - a.day < a.days
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
