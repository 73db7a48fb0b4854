-- Blood pressures as pairs of one day and time: the first systolic value with the first diastolic
-- one, the second with the second; a value without a partner is a pair by itself.
WITH counted AS (
  SELECT *, row_number() OVER (PARTITION BY subject, test, date, timepoint ORDER BY item) AS place
  FROM measurement
  WHERE domain = 'vitals' AND test IN ('SYSBP', 'DIABP') AND value IS NOT NULL
)
SELECT coalesce(s.item, d.item) AS item, coalesce(s.before, d.before) AS before,
  s.value AS systolic, d.value AS diastolic, s.base AS systolic_base, d.base AS diastolic_base
FROM (SELECT * FROM counted WHERE test = 'SYSBP') AS s
FULL JOIN (SELECT * FROM counted WHERE test = 'DIABP') AS d
  ON d.subject = s.subject AND d.date = s.date AND d.timepoint = s.timepoint AND d.place = s.place
