-- The first response of each responder, by criterion and reader: unconfirmed, and confirmed.
-- A confirmed response begins at the first CR or PR that a later one confirms, also where the best
-- response comes later: a PR confirmed before a CR [recist11, duration of overall response].
-- Confirmation of a PR: by the first CR or PR at least confirm_days later; no PR after a CR, NE and
-- SD between them as often as the protocol accepts (hepatica.clinic.rules.response.best).
WITH counted AS (SELECT * FROM visit_all WHERE counts),
late_enough AS (
  SELECT p.subject, p.criterion, p.reader, p.date, min(c.date) AS confirmed
  FROM counted AS p CROSS JOIN protocol
  JOIN counted AS c ON c.subject = p.subject AND c.criterion = p.criterion AND c.reader = p.reader
    AND c.date > p.date AND c.date - p.date >= protocol.confirm_days AND c.overall IN ('CR', 'PR')
  WHERE p.overall = 'PR' GROUP BY ALL
),
between_them AS (
  SELECT p.subject, p.criterion, p.reader, p.date,
    count(*) FILTER (b.overall = 'NE') AS not_evaluable,
    count(*) FILTER (b.overall = 'SD') AS stable,
    count(*) FILTER (b.overall NOT IN ('CR', 'PR', 'SD', 'NE')) AS other,
    min(b.date) FILTER (b.overall = 'CR') AS first_cr, max(b.date) FILTER (b.overall = 'PR') AS last_pr
  FROM late_enough AS p
  JOIN counted AS b ON b.subject = p.subject AND b.criterion = p.criterion AND b.reader = p.reader
    AND b.date > p.date AND b.date <= p.confirmed
  GROUP BY ALL
),
confirmed_date AS (
  SELECT subject, criterion, reader, date FROM between_them, protocol
  WHERE not_evaluable <= max_ne_between AND stable <= max_sd_between AND other = 0
    AND NOT coalesce(last_pr > first_cr, FALSE)
  UNION ALL
  SELECT subject, criterion, reader, cbor_date FROM best_all WHERE cbor IN ('CR', 'PR')
),
first_date AS (
  SELECT subject, criterion, reader, FALSE AS confirmed, min(date) AS date
  FROM counted WHERE overall IN ('CR', 'PR') GROUP BY ALL
  UNION ALL
  SELECT subject, criterion, reader, TRUE, min(date) FROM confirmed_date GROUP BY ALL
)
SELECT f.*, v.aseq, v.because FROM first_date AS f
JOIN visit_all AS v USING (subject, criterion, reader, date)
