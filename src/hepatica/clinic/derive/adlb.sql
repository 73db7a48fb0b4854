-- ADLB: one row a laboratory result, graded by CTCAE in both directions. BASE and CHG are in the
-- standard unit; the result as the laboratory gave it stands beside. ATOXGR joins the directions, a
-- low grade as a negative number; it is missing where one direction has no grade and the other is 0.
SELECT s.STUDYID, s.USUBJID, s.SUBJID,
  row_number() OVER (PARTITION BY m.subject ORDER BY m.item) AS ASEQ,
  m.test AS PARAMCD,
  coalesce(n.name, m.test) || CASE WHEN coalesce(m.unit, '') IN ('', '1') THEN '' ELSE ' (' || m.unit || ')' END
    AS PARAM,
  CASE WHEN m.test = 'CACORR' THEN 'DERIVED' END AS PARAMTYP,
  m.date AS ADT,
  date_diff('day', m.TRTSDT, m.date) + CAST(m.date >= m.TRTSDT AS INTEGER) AS ADY,
  m.value AS AVAL, m.operator AS AVALOP, m.unit AS AVALU,
  m.reported AS LBORRES, m.reported_unit AS LBORRESU,
  m.lower AS ANRLO, m.upper AS ANRHI, m.indicator AS ANRIND,
  CASE WHEN m.item = m.base_item THEN 'Y' END AS ABLFL,
  m.base AS BASE, m.base_indicator AS BNRIND,
  CASE WHEN m.after THEN m.value - m.base END AS CHG,
  CASE WHEN m.after AND m.base <> 0 THEN 100 * CAST(m.value - m.base AS DOUBLE) / CAST(m.base AS DOUBLE) END
    AS PCHG,
  m.low_term AS ATOXDSCL, m.high_term AS ATOXDSCH, m.low AS ATOXGRL, m.high AS ATOXGRH,
  CASE WHEN m.low > 0 THEN -m.low WHEN m.high > 0 THEN m.high
    WHEN (m.low = 0 OR m.low_term IS NULL) AND (m.high = 0 OR m.high_term IS NULL)
      AND (m.low_term IS NOT NULL OR m.high_term IS NOT NULL) THEN 0 END AS ATOXGR,
  m.base_low AS BTOXGRL, m.base_high AS BTOXGRH,
  CASE WHEN m.after THEN 'Y' END AS APOSTFL,
  CASE WHEN m.after AND m.date <= m.TRTEDT + p.safety_window_days THEN 'Y' END AS ONTRTFL,
  CASE WHEN m.worst_low THEN 'Y' END AS WORSTLFL,
  CASE WHEN m.worst_high THEN 'Y' END AS WORSTHFL,
  CASE WHEN m.after THEN m.base_indicator || ' to ' || m.indicator END AS SHIFT1,
  CASE WHEN m.low_term IS NOT NULL OR m.high_term IS NOT NULL THEN v.version END AS TOXVER,
  m.low_reason AS REASONL, m.high_reason AS REASONH,
  'labs' AS SRCDOM, m.seq AS SRCSEQ, m.src_file AS SRCFILE, m.src_sheet AS SRCSHEET,
  m.src_row AS SRCROW
FROM measurement_graded AS m
JOIN adsl AS s ON s.SUBJID = m.subject
CROSS JOIN protocol AS p
CROSS JOIN ctcae_choice AS v
LEFT JOIN lab_test AS n ON n.code = m.test
WHERE m.domain = 'labs'
ORDER BY m.item
