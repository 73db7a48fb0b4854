-- ADVS: one row a vital sign, graded by CTCAE where the numbers allow: fever, weight loss and, on the
-- systolic row of a pair, hypertension.
SELECT s.STUDYID, s.USUBJID, s.SUBJID,
  row_number() OVER (PARTITION BY m.subject ORDER BY m.item) AS ASEQ,
  m.test AS PARAMCD,
  coalesce(n.name, m.test) || CASE WHEN coalesce(m.unit, '') = '' THEN '' ELSE ' (' || m.unit || ')' END
    AS PARAM,
  nullif(m.timepoint, '') AS ATPT,
  m.date AS ADT,
  date_diff('day', m.TRTSDT, m.date) + CAST(m.date >= m.TRTSDT AS INTEGER) AS ADY,
  m.value AS AVAL, m.unit AS AVALU, m.reported AS VSORRES, m.reported_unit AS VSORRESU,
  CASE WHEN m.item = m.base_item THEN 'Y' END AS ABLFL,
  m.base AS BASE,
  CASE WHEN m.after THEN m.value - m.base END AS CHG,
  CASE WHEN m.after AND m.base <> 0 THEN 100 * CAST(m.value - m.base AS DOUBLE) / CAST(m.base AS DOUBLE) END
    AS PCHG,
  coalesce(m.low_term, m.high_term) AS ATOXDSC, coalesce(m.low, m.high) AS ATOXGR,
  coalesce(m.base_low, m.base_high) AS BTOXGR,
  CASE WHEN m.after THEN 'Y' END AS APOSTFL,
  CASE WHEN m.after AND m.date <= m.TRTEDT + p.safety_window_days THEN 'Y' END AS ONTRTFL,
  CASE WHEN m.worst_low OR m.worst_high THEN 'Y' END AS WORSTFL,
  CASE WHEN m.low_term IS NOT NULL OR m.high_term IS NOT NULL THEN v.version END AS TOXVER,
  coalesce(m.low_reason, m.high_reason) AS REASON,
  'vitals' AS SRCDOM, m.seq AS SRCSEQ, m.src_file AS SRCFILE, m.src_sheet AS SRCSHEET,
  m.src_row AS SRCROW
FROM measurement_graded AS m
JOIN adsl AS s ON s.SUBJID = m.subject
CROSS JOIN protocol AS p
CROSS JOIN ctcae_choice AS v
LEFT JOIN vital_test AS n ON n.code = m.test
WHERE m.domain = 'vitals'
ORDER BY m.item
