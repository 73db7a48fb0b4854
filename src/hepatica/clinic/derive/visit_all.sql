-- Every post-baseline visit the engine assessed, numbered within subject, criterion and reader
-- (seq) and within subject (aseq: ADRS.ASEQ of its overall response).
-- `counts`: up to and including the first progression, and before new anticancer therapy.
WITH first_pd AS (
  SELECT subject, criterion, reader, min(date) AS pddt
  FROM engine_visit WHERE overall = 'PD' GROUP BY ALL
)
SELECT v.*,
  row_number() OVER (PARTITION BY v.subject, v.criterion, v.reader ORDER BY v.date) AS seq,
  row_number() OVER (PARTITION BY v.subject ORDER BY v.criterion, v.reader, v.date) AS aseq,
  (p.pddt IS NULL OR v.date <= p.pddt) AND (n.date IS NULL OR v.date < n.date) AS counts
FROM engine_visit AS v
LEFT JOIN first_pd AS p USING (subject, criterion, reader)
LEFT JOIN new_therapy AS n ON n.subject = v.subject
