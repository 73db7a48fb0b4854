-- ADAE in full: the events with their session, the post-embolization grouping, their CTCAE terms,
-- and the worst CTCAE grade of the measurements that lie in the event's dates beside the collected
-- grade. An event without end goes on until death or the data cutoff. Its session is the latest on
-- or before its start; an imputed start has none.
WITH named AS (
  SELECT a.SUBJID, a.AESEQ, n.term
  FROM adae AS a JOIN ctcae_name AS n ON n.name = lower(trim(a.AEDECOD)) WHERE n.term <> ''
),
term AS (
  SELECT SUBJID, AESEQ, string_agg(term, '; ' ORDER BY term) AS terms FROM named GROUP BY ALL
),
measured AS (
  SELECT subject, low_term AS term, date, low AS grade, src_sheet, src_row
  FROM measurement_graded WHERE low_term IS NOT NULL
  UNION ALL
  SELECT subject, high_term, date, high, src_sheet, src_row
  FROM measurement_graded WHERE high_term IS NOT NULL
),
testable AS (
  SELECT DISTINCT n.SUBJID, n.AESEQ FROM named AS n JOIN ctcae_term AS t ON t.term = n.term
),
seen AS (
  SELECT a.SUBJID, a.AESEQ, count(m.term) AS results, count(m.grade) AS graded, max(m.grade) AS worst
  FROM adae AS a
  JOIN adsl AS s ON s.SUBJID = a.SUBJID
  CROSS JOIN protocol
  JOIN named AS n ON n.SUBJID = a.SUBJID AND n.AESEQ = a.AESEQ
  JOIN measured AS m ON m.subject = a.SUBJID AND m.term = n.term
    AND m.date BETWEEN a.ASTDT AND coalesce(a.AENDT, s.DTHDT, cutoff)
  WHERE a.ASTDTF IS NULL
  GROUP BY a.SUBJID, a.AESEQ
),
placed AS (
  SELECT a.*, x.number AS SESSION, x.date AS SESSDT, CAST(a.ASTDT - x.date AS BIGINT) AS SESSDAY,
    CASE WHEN a.ASTDTF IS NULL AND EXISTS (SELECT 1 FROM session AS y
        JOIN post_embolization AS p ON p.subject = y.subject AND p.number = y.number
        CROSS JOIN pes_rule AS r
        WHERE y.subject = a.SUBJID AND p.syndrome = 'Y'
          AND a.ASTDT - y.date BETWEEN 0 AND CAST(r.window_hours / 24 AS INTEGER))
      AND EXISTS (SELECT 1 FROM pes_component AS c LEFT JOIN named AS n
        ON n.SUBJID = a.SUBJID AND n.AESEQ = a.AESEQ
        WHERE c.term IN (lower(trim(a.AEDECOD)), lower(n.term)))
      THEN 'Post-embolization syndrome' END AS CQ01NAM
  FROM adae AS a
  LEFT JOIN session AS x ON x.subject = a.SUBJID AND a.ASTDTF IS NULL
    AND x.date <= a.ASTDT AND (x.next_date IS NULL OR a.ASTDT < x.next_date)
)
SELECT p.*, term.terms AS ATOXDSC, seen.worst AS MEASGR,
  CASE WHEN testable.SUBJID IS NULL THEN NULL
    WHEN p.ASTDT IS NULL OR p.ASTDTF IS NOT NULL THEN 'no whole start date'
    WHEN seen.results IS NULL THEN 'no result in its dates'
    WHEN p.AETOXGR IS NULL THEN 'no collected grade'
    WHEN seen.worst > p.AETOXGR THEN 'differs'
    WHEN seen.graded < seen.results THEN 'undecided'
    WHEN seen.worst < p.AETOXGR THEN 'differs'
    ELSE 'agrees' END AS MEASAGR
FROM placed AS p
LEFT JOIN term ON term.SUBJID = p.SUBJID AND term.AESEQ = p.AESEQ
LEFT JOIN testable ON testable.SUBJID = p.SUBJID AND testable.AESEQ = p.AESEQ
LEFT JOIN seen ON seen.SUBJID = p.SUBJID AND seen.AESEQ = p.AESEQ
ORDER BY p.SUBJID, p.AESEQ
