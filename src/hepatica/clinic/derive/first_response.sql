-- The first response of each responder, by criterion: unconfirmed, and confirmed.
SELECT subject, criterion, FALSE AS confirmed, min(date) AS date, arg_min(seq, date) AS seq
FROM visit WHERE counts AND overall IN ('CR', 'PR') GROUP BY subject, criterion
UNION ALL
SELECT b.subject, b.criterion, TRUE, v.date, v.seq
FROM best_all AS b
JOIN visit AS v ON v.subject = b.subject AND v.criterion = b.criterion AND v.reader = b.reader
  AND v.date = b.cbor_date
WHERE b.cbor IN ('CR', 'PR')
