-- Other treatment of the tumour than TACE before the reference day: it ends a run of consecutive
-- sessions where it lies between two of them.
SELECT o.* FROM (
  SELECT subject, coalesce(term, category) AS what, start_date, coalesce(end_date, start_date) AS end_date
  FROM history
  WHERE category IN ('prior surgery', 'prior ablation', 'prior radiotherapy', 'prior systemic therapy')
  UNION ALL
  SELECT subject, drug, start_date, coalesce(end_date, start_date) FROM medications
  WHERE class IN ('anticancer', 'antiangiogenic')
  UNION ALL
  SELECT p.subject, p.procedure, p.date, p.date FROM procedures AS p
  LEFT JOIN study_procedure AS named ON named.name = p.procedure
  WHERE p.procedure IN ('resection', 'ablation', 'transplantation', 'radiotherapy')
    AND NOT coalesce(p.study_treatment = 'Y', named.name IS NOT NULL)
) AS o
JOIN reference_day AS r USING (subject)
WHERE o.start_date <= r.day
ORDER BY subject, start_date
