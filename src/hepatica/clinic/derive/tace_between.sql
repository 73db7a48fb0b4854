-- Other treatment of the tumour than TACE before the reference day: it ends a run of consecutive
-- sessions where it lies between two of them. Days as early (start) and as late (end) as the dates
-- may mean; a drug without an end may have gone on (end NULL). `whole`: both days are known.
WITH other AS (
  SELECT subject, coalesce(term, category) AS what, start_date, start_date_flag AS start_flag,
    end_date, end_date_flag AS end_flag, category = 'prior systemic therapy' AS lasting
  FROM history
  WHERE category IN ('prior surgery', 'prior ablation', 'prior radiotherapy', 'prior systemic therapy')
  UNION ALL
  SELECT subject, drug, start_date, start_date_flag, end_date, end_date_flag, TRUE FROM medications
  WHERE class IN ('anticancer', 'antiangiogenic')
  UNION ALL
  SELECT p.subject, p.procedure, p.date, p.date_flag, p.date, p.date_flag, FALSE FROM procedures AS p
  LEFT JOIN study_procedure AS named ON named.name = p.procedure
  WHERE p.procedure IN ('resection', 'ablation', 'transplantation', 'radiotherapy')
    AND NOT coalesce(p.study_treatment = 'Y', named.name IS NOT NULL)
),
closed AS (
  SELECT subject, what, start_date, start_flag,
    CASE WHEN end_date IS NULL AND NOT lasting THEN start_date ELSE end_date END AS end_date,
    CASE WHEN end_date IS NULL AND NOT lasting THEN start_flag ELSE end_flag END AS end_flag
  FROM other
)
SELECT c.subject, c.what,
  CAST(CASE c.start_flag WHEN 'M' THEN date_trunc('year', c.start_date)
    WHEN 'D' THEN date_trunc('month', c.start_date) ELSE c.start_date END AS DATE) AS start_date,
  CAST(CASE c.end_flag WHEN 'M' THEN make_date(year(c.end_date), 12, 31)
    WHEN 'D' THEN last_day(c.end_date) ELSE c.end_date END AS DATE) AS end_date,
  c.start_date IS NOT NULL AND coalesce(c.start_flag, '') = '' AND coalesce(c.end_flag, '') = '' AS whole
FROM closed AS c JOIN reference_day AS r USING (subject)
WHERE coalesce(c.start_date <= r.day, TRUE)
ORDER BY subject, start_date
