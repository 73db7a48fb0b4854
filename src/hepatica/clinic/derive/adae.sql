-- ADAE: one row an event up to the data cutoff. Treatment-emergent: start on or after the first
-- study treatment and up to the safety window after the last; a missing start counts as emergent
-- unless the event ended before the first treatment.
-- Worst grade: a subject counts once a term, at the highest grade; a missing grade ranks lowest.
WITH event AS (
  SELECT e.*, s.TRTSDT, s.TRTEDT, s.STUDYID, s.USUBJID,
    coalesce(e.grade, CASE e.severity WHEN 'mild' THEN 1 WHEN 'moderate' THEN 2 WHEN 'severe' THEN 3 END)
      AS rank
  FROM adverse_events AS e
  JOIN adsl AS s ON s.SUBJID = e.subject
  CROSS JOIN protocol
  WHERE e.start_date IS NULL OR e.start_date <= cutoff
),
flagged AS (
  SELECT event.*,
    CASE WHEN TRTSDT IS NULL THEN 'N'
      WHEN end_date < TRTSDT THEN 'N'
      WHEN start_date IS NULL THEN 'Y'
      WHEN start_date_flag = 'M' AND year(start_date) = year(TRTSDT) THEN 'Y'
      WHEN start_date_flag = 'D' AND date_trunc('month', start_date) = date_trunc('month', TRTSDT)
        THEN 'Y'
      WHEN start_date >= TRTSDT AND start_date <= TRTEDT + safety_window_days THEN 'Y'
      ELSE 'N' END AS emergent
  FROM event, protocol
)
SELECT
  STUDYID, USUBJID, subject AS SUBJID, seq AS AESEQ, term AS AETERM, term AS AEDECOD,
  system_organ_class AS AEBODSYS, severity AS AESEV, grade AS AETOXGR, serious AS AESER,
  related AS AEREL, outcome AS AEOUT, start_date AS ASTDT, nullif(start_date_flag, '') AS ASTDTF,
  end_date AS AENDT, emergent AS TRTEMFL,
  CASE WHEN emergent = 'Y' AND row_number() OVER (
    PARTITION BY subject, term, emergent ORDER BY rank DESC NULLS LAST, start_date, seq) = 1
    THEN 'Y' END AS AOCCPIFL,
  CASE WHEN emergent = 'Y' AND row_number() OVER (
    PARTITION BY subject, system_organ_class, emergent
    ORDER BY rank DESC NULLS LAST, start_date, seq) = 1
    THEN 'Y' END AS AOCCSIFL,
  CASE WHEN emergent = 'Y' AND row_number() OVER (
    PARTITION BY subject, emergent ORDER BY rank DESC NULLS LAST, start_date, seq) = 1
    THEN 'Y' END AS AOCCIFL,
  src_file AS SRCFILE, src_sheet AS SRCSHEET, src_row AS SRCROW
FROM flagged
ORDER BY subject, seq
