-- Facts beside a measurement that CTCAE's rules ask for, where the records tell them.
--   ANTICOAG   an anticoagulant on that day by the medications; without any medication on record in
--              the study nothing is known of anticoagulants
--   SYMPT      what the protocol says of symptoms that were not collected
--   BL_BP_WNL  baseline pressure below 140 and below 90 mmHg (CTCAE does not say what is within
--              normal limits; this is the lower end of grade 2); before treatment: yes
WITH kept AS (SELECT count(*) AS rows FROM medications),
coagulation AS (
  SELECT m.item, CASE WHEN bool_or(c.subject IS NOT NULL) THEN 'Y' ELSE 'N' END AS word
  FROM measurement AS m
  CROSS JOIN kept
  LEFT JOIN medications AS c ON c.subject = m.subject AND c.class = 'anticoagulant'
    AND c.start_date <= m.date AND m.date <= coalesce(c.end_date, m.date)
  WHERE m.test = 'INR' AND kept.rows > 0 GROUP BY m.item
),
pressure AS (
  SELECT item, systolic, diastolic,
    CASE WHEN before THEN 'Y'
      WHEN systolic_base >= 140 OR diastolic_base >= 90 THEN 'N'
      WHEN systolic_base < 140 AND diastolic_base < 90 THEN 'Y' END AS normal
  FROM pressure_pair
)
SELECT item, 'ANTICOAG' AS name, word, CAST(NULL AS DECIMAL(24, 10)) AS number FROM coagulation
UNION ALL
SELECT m.item, 'SYMPT', p.symptoms, NULL
FROM measurement AS m CROSS JOIN ctcae_protocol AS p WHERE p.symptoms IS NOT NULL
UNION ALL
SELECT item, 'BL_BP_WNL', normal, NULL FROM pressure WHERE normal IS NOT NULL
UNION ALL
SELECT item, 'SYSBP', NULL, systolic FROM pressure WHERE systolic IS NOT NULL
UNION ALL
SELECT item, 'DIABP', NULL, diastolic FROM pressure WHERE diastolic IS NOT NULL
