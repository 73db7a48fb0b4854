-- The first anticancer therapy outside the protocol after the first study treatment.
WITH started AS (
  SELECT subject, min(date) AS trtsdt FROM study_treatment GROUP BY subject
),
other AS (
  SELECT subject, start_date AS date, drug AS what, 'medications' AS source, 'start_date' AS variable,
    seq, src_file, src_sheet, src_row
  FROM medications WHERE class IN ('anticancer', 'antiangiogenic')
  UNION ALL
  SELECT subject, date, procedure, 'procedures', 'date', seq, src_file, src_sheet, src_row
  FROM procedures
  LEFT JOIN study_procedure AS named ON named.name = procedures.procedure
  WHERE procedure IN ('TACE', 'BEVA-TACE', 'resection', 'ablation', 'transplantation', 'radiotherapy')
    AND NOT coalesce(study_treatment = 'Y', named.name IS NOT NULL)
)
SELECT other.*
FROM other
JOIN started USING (subject)
CROSS JOIN protocol
WHERE other.date > started.trtsdt AND other.date <= cutoff
QUALIFY row_number() OVER (PARTITION BY other.subject ORDER BY other.date, source, seq) = 1
