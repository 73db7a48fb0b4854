-- Everything on record that a score may use, one row a subject, day and variable: in the standard
-- unit of its test (`value`) or as a word (`word`), and as it stands on record (`shown`, `record`).
-- Of several values on one day the first on record; age and sex hold on every day.
WITH lab AS (
  SELECT l.subject, l.date, v.variable,
    CASE v.part WHEN 'value' THEN l.standard_value ELSE l.standard_upper_limit END AS value,
    CAST(NULL AS VARCHAR) AS word,
    CASE WHEN v.part = 'value' THEN coalesce(l.operator, '') ELSE '' END AS operator,
    CASE WHEN v.part = 'value' THEN coalesce(l.operator, '') ELSE '' END
      || regexp_replace(CAST(CASE v.part WHEN 'value' THEN l.value ELSE l.upper_limit END AS VARCHAR),
        '\.0$', '') || CASE WHEN coalesce(l.unit, '') IN ('', '1', 'ratio') THEN '' ELSE ' ' || l.unit END
      AS shown,
    l.seq, l.src_file, l.src_sheet, l.src_row
  FROM labs AS l
  JOIN (VALUES ('BILI', 'value', 'bilirubin'), ('ALB', 'value', 'albumin'), ('INR', 'value', 'inr'),
      ('CREAT', 'value', 'creatinine'), ('SODIUM', 'value', 'sodium'), ('AST', 'value', 'ast'),
      ('ALT', 'value', 'alt'), ('AST', 'upper_limit', 'ast_uln'), ('PLAT', 'value', 'platelets'),
      ('AFP', 'value', 'afp')) AS v(test, part, variable) ON v.test = l.test
),
number AS (
  SELECT subject, date, variable, CAST(value AS DOUBLE) AS value, NULL AS word, '' AS operator,
    regexp_replace(CAST(value AS VARCHAR), '\.0$', '')
      || CASE WHEN variable = 'largest' THEN ' mm' ELSE '' END AS shown,
    seq, src_file, src_sheet, src_row
  FROM (
    SELECT subject, date, 'ecog' AS variable, CAST(ecog AS DOUBLE) AS value, seq, src_file, src_sheet,
      src_row FROM status
    UNION ALL SELECT subject, date, 'encephalopathy', encephalopathy, seq, src_file, src_sheet, src_row
      FROM status
    UNION ALL SELECT subject, date, 'child_pugh_points', child_pugh_points, seq, src_file, src_sheet,
      src_row FROM status
    UNION ALL SELECT subject, date, 'lesion_number', lesion_number, seq, src_file, src_sheet, src_row
      FROM staging
    UNION ALL SELECT subject, date, 'largest', largest_mm, seq, src_file, src_sheet, src_row FROM staging
    UNION ALL SELECT subject, DATE '0001-01-01', 'age', age_years, seq, src_file, src_sheet, src_row
      FROM subjects
  )
),
word AS (
  SELECT subject, date, variable, CAST(NULL AS DOUBLE) AS value, word, '' AS operator, word AS shown,
    seq, src_file, src_sheet, src_row
  FROM (
    SELECT subject, date, 'ascites' AS variable, ascites AS word, seq, src_file, src_sheet, src_row
      FROM status
    UNION ALL SELECT subject, date, 'child_pugh_class', child_pugh_class, seq, src_file, src_sheet,
      src_row FROM status
    UNION ALL SELECT subject, date, 'vascular_invasion', vascular_invasion, seq, src_file, src_sheet,
      src_row FROM staging
    UNION ALL SELECT subject, date, 'nodal_metastasis', nodal_metastasis, seq, src_file, src_sheet,
      src_row FROM staging
    UNION ALL SELECT subject, date, 'distant_metastasis', distant_metastasis, seq, src_file, src_sheet,
      src_row FROM staging
    UNION ALL SELECT subject, date, 'extrahepatic_spread',
      CASE WHEN nodal_metastasis = 'Y' OR distant_metastasis = 'Y' THEN 'Y'
        WHEN nodal_metastasis = 'N' AND distant_metastasis = 'N' THEN 'N' END,
      seq, src_file, src_sheet, src_row FROM staging
    UNION ALL SELECT subject, DATE '0001-01-01', 'sex', nullif(sex, 'U'), seq, src_file, src_sheet,
      src_row FROM subjects
  )
),
long AS (SELECT * FROM lab UNION ALL SELECT * FROM number UNION ALL SELECT * FROM word)
SELECT long.subject, date, variable, value, word, operator, shown,
  coalesce(nullif(src_sheet, ''), src_file, '') || coalesce(' row ' || src_row, '') AS record,
  src_file, src_sheet, src_row
FROM long CROSS JOIN protocol
WHERE (value IS NOT NULL OR word IS NOT NULL) AND date <= cutoff
QUALIFY row_number() OVER (PARTITION BY long.subject, date, variable ORDER BY seq) = 1
