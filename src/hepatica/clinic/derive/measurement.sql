-- Every laboratory result and vital sign up to the data cutoff, in the standard unit as a decimal,
-- with its baseline. Corrected calcium is a result of its own (CACORR): Ca + 0.02 mmol/L for each
-- g/L of albumin of that day below 40, printed in mg/dL as Ca + 0.8 for each g/dL below 4 [from
-- memory: the usual formula, applied below and above 40]; without albumin it has no value.
-- Baseline as in ADSL: the last value on or before the first study treatment (for a subject never
-- treated: consent, else the last there is); of several of a day the first on record.
WITH given AS (
  SELECT 'labs' AS domain, subject, test, '' AS timepoint, date, operator, value AS reported,
    unit AS reported_unit, standard_value, standard_lower_limit AS lower_limit,
    standard_upper_limit AS upper_limit, standard_unit, seq, src_file, src_sheet, src_row
  FROM labs
  UNION ALL
  SELECT 'vitals', subject, test, coalesce(timepoint, ''), date, NULL, value, unit, standard_value,
    NULL, NULL, standard_unit, seq, src_file, src_sheet, src_row
  FROM vitals
),
exact AS MATERIALIZED (
  SELECT g.domain, g.subject, g.test, g.timepoint, g.date, g.operator, g.reported, g.reported_unit,
    TRY_CAST(g.standard_value AS DECIMAL(24, 10)) AS value, g.standard_unit AS unit,
    TRY_CAST(CASE WHEN p.printed_unit = g.standard_unit THEN g.standard_value
      WHEN p.as_reported THEN g.reported END AS DECIMAL(24, 10)) AS printed,
    coalesce(p.printed_unit, '') AS printed_unit,
    TRY_CAST(g.lower_limit AS DECIMAL(24, 10)) AS lower,
    TRY_CAST(g.upper_limit AS DECIMAL(24, 10)) AS upper,
    g.seq, g.src_file, g.src_sheet, g.src_row
  FROM given AS g
  JOIN adsl AS s ON s.SUBJID = g.subject
  CROSS JOIN protocol
  LEFT JOIN printed_unit AS p ON p.test = g.test AND p.unit = coalesce(g.reported_unit, '')
  WHERE g.date <= cutoff
),
albumin AS (
  SELECT subject, date, arg_min(value, seq) AS value FROM exact
  WHERE test = 'ALB' AND operator IS NULL AND value IS NOT NULL GROUP BY subject, date
),
corrected AS (
  SELECT c.domain, c.subject, 'CACORR', c.timepoint, c.date, c.operator, NULL, NULL,
    CAST(c.value + (40 - a.value) * 0.02 AS DECIMAL(24, 10)), c.unit,
    CAST(CASE c.printed_unit WHEN 'mg/dL' THEN c.printed + (40 - a.value) * 0.08
      ELSE c.printed + (40 - a.value) * 0.02 END AS DECIMAL(24, 10)), c.printed_unit,
    c.lower, c.upper, c.seq, c.src_file, c.src_sheet, c.src_row
  FROM exact AS c LEFT JOIN albumin AS a ON a.subject = c.subject AND a.date = c.date
  WHERE c.test = 'CA'
),
result AS (
  SELECT * FROM exact UNION ALL SELECT * FROM corrected
),
dated AS MATERIALIZED (
  SELECT r.*, coalesce(s.TRTSDT, s.RFICDT, DATE '9999-12-31') AS day, s.TRTSDT, s.TRTEDT,
    row_number() OVER (ORDER BY r.domain, r.subject, r.test, r.date, r.timepoint, r.seq) AS item
  FROM result AS r JOIN adsl AS s ON s.SUBJID = r.subject
),
baseline AS (
  SELECT subject, domain, test, arg_max(item, (date, -seq)) AS item
  FROM dated WHERE date <= day AND value IS NOT NULL GROUP BY ALL
)
SELECT d.*, d.date <= d.day AS before, b.item AS base_item, b.value AS base,
  b.operator AS base_operator, b.lower AS base_lower, b.upper AS base_upper
FROM dated AS d
LEFT JOIN baseline AS x ON x.subject = d.subject AND x.domain = d.domain AND x.test = d.test
LEFT JOIN dated AS b ON b.item = x.item
