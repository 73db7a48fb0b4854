-- What is on record of each eligibility variable that the protocol asks for: the last fact up to
-- the reference day, and the first one after it (`later`). Laboratory results stay in the reported
-- unit with the limits of the same row. Of several facts of a day the first on record counts, as
-- in ADSL; a record without a value does not hide an earlier one.
-- `earliest`, `latest`: the days that a partial date could mean.
WITH collected AS (
  SELECT l.subject, v.variable, l.date, l.date_flag, l.value AS number, NULL AS code,
    CAST(NULL AS BOOLEAN) AS flag, l.unit, l.operator, l.upper_limit, l.test, NULL AS note,
    'labs' AS source, l.seq, l.src_file, l.src_sheet, l.src_row
  FROM labs AS l JOIN tested AS v USING (test) WHERE l.value IS NOT NULL
  UNION ALL
  SELECT l.subject, v.variable, l.date, l.date_flag, l.value, NULL, NULL, l.unit, NULL, NULL, l.test,
    NULL, 'vitals', l.seq, l.src_file, l.src_sheet, l.src_row
  FROM vitals AS l JOIN tested AS v USING (test) WHERE l.value IS NOT NULL
  UNION ALL
  SELECT subject, 'age', consent_date, consent_date_flag, age_years, NULL, NULL, 'years', NULL, NULL,
    NULL, NULL, 'subjects', seq, src_file, src_sheet, src_row
  FROM subjects WHERE age_years IS NOT NULL
  UNION ALL
  SELECT subject, 'sex', NULL, NULL, NULL, sex, NULL, NULL, NULL, NULL, NULL, NULL, 'subjects', seq,
    src_file, src_sheet, src_row
  FROM subjects WHERE sex IS NOT NULL
  UNION ALL
  SELECT subject, 'consent', consent_date, consent_date_flag, NULL, NULL, TRUE, NULL, NULL, NULL,
    NULL, NULL, 'subjects', seq, src_file, src_sheet, src_row
  FROM subjects WHERE consent_date IS NOT NULL
  UNION ALL
  SELECT subject, 'ecog', date, date_flag, ecog, NULL, NULL, 'score', NULL, NULL, NULL, NULL,
    'status', seq, src_file, src_sheet, src_row
  FROM status WHERE ecog IS NOT NULL
  UNION ALL
  SELECT subject, 'ascites', date, date_flag, NULL, ascites, NULL, NULL, NULL, NULL, NULL, NULL,
    'status', seq, src_file, src_sheet, src_row
  FROM status WHERE ascites IS NOT NULL
  UNION ALL
  SELECT subject, 'encephalopathy', date, date_flag, encephalopathy, NULL, NULL, 'West Haven grade',
    NULL, NULL, NULL, NULL, 'status', seq, src_file, src_sheet, src_row
  FROM status WHERE encephalopathy IS NOT NULL
  UNION ALL
  SELECT subject, 'child_pugh_points', date, date_flag, child_pugh_points, NULL, NULL, 'points', NULL,
    NULL, NULL, 'as reported', 'status', seq, src_file, src_sheet, src_row
  FROM status WHERE child_pugh_points IS NOT NULL
  UNION ALL
  -- Class A 5-6 points, B 7-9, C 10-15 [pugh1973], where points alone were reported.
  SELECT subject, 'child_pugh_class', date, date_flag, NULL,
    coalesce(child_pugh_class, CASE WHEN child_pugh_points <= 6 THEN 'A'
      WHEN child_pugh_points <= 9 THEN 'B' ELSE 'C' END),
    NULL, NULL, NULL, NULL, NULL,
    CASE WHEN child_pugh_class IS NULL THEN 'from the reported points' ELSE 'as reported' END,
    'status', seq, src_file, src_sheet, src_row
  FROM status WHERE child_pugh_class IS NOT NULL OR child_pugh_points IS NOT NULL
  UNION ALL
  SELECT subject, 'bclc', date, date_flag, NULL, bclc, NULL, NULL, NULL, NULL, NULL, 'as reported',
    'staging', seq, src_file, src_sheet, src_row
  FROM staging WHERE bclc IS NOT NULL
  UNION ALL
  SELECT subject, item, date, date_flag,
    CASE WHEN item = 'life_expectancy' THEN TRY_CAST(value AS DOUBLE) END, NULL,
    CASE WHEN item <> 'life_expectancy' THEN upper(trim(value)) IN ('Y', 'YES') END,
    unit, NULL, NULL, NULL, NULL, 'screening', seq, src_file, src_sheet, src_row
  FROM screening
  WHERE CASE WHEN item = 'life_expectancy' THEN coalesce(isfinite(TRY_CAST(value AS DOUBLE)), FALSE)
    ELSE upper(trim(value)) IN ('Y', 'YES', 'N', 'NO') END
  UNION ALL
  SELECT subject, 'tace_refractory', date, NULL, NULL, NULL, refractory, NULL, NULL, NULL, NULL, note,
    source, 1, src_file, src_sheet, src_row
  FROM refractory_fact
  UNION ALL
  SELECT subject, variable, date, NULL, largest_mm, NULL, measurable, 'mm', NULL, NULL, NULL, note,
    'measurements', seq, src_file, src_sheet, src_row
  FROM measurable
),
dated AS (
  SELECT c.*, r.day,
    CASE date_flag WHEN 'M' THEN date_trunc('year', date) WHEN 'D' THEN date_trunc('month', date)
      ELSE date END AS earliest,
    CASE date_flag WHEN 'M' THEN date_trunc('year', date) + INTERVAL 1 YEAR - INTERVAL 1 DAY
      WHEN 'D' THEN last_day(date) ELSE date END AS latest
  FROM collected AS c
  JOIN asked USING (variable)
  JOIN reference_day AS r USING (subject)
  CROSS JOIN protocol
  WHERE date IS NULL OR date <= cutoff
)
SELECT subject, variable, date, CAST(earliest AS DATE) AS earliest, CAST(latest AS DATE) AS latest,
  coalesce(earliest > day, FALSE) AS later, number, code, flag, unit, operator, upper_limit, test, note,
  source, src_file, src_sheet, src_row
FROM dated
QUALIFY row_number() OVER (PARTITION BY subject, variable, coalesce(earliest > day, FALSE)
  ORDER BY CASE WHEN earliest > day THEN date END, date DESC NULLS LAST, seq, source) = 1
ORDER BY subject, variable, later
