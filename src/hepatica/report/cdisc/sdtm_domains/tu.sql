-- TU: lesions identified, and each new one once, on the first day it was judged.
WITH new AS (
  SELECT subject, lesion, reader, min(date) AS date, min_by(date_flag, date) AS date_flag,
    min_by(site, date) AS site, min_by(typical_pattern, date) AS typical_pattern,
    min_by(accepted, date) AS accepted
  FROM new_lesions GROUP BY subject, lesion, reader
)
SELECT l.subject, l.lesion AS TULNKID, 'TUMIDENT' AS TUTESTCD, 'Tumor Identification' AS TUTEST,
  upper(l.role) AS TUORRES, upper(l.role) AS TUSTRESC, upper(l.site) AS TULOC,
  i.method AS TUMETHOD, evaluator(l.reader) AS TUEVAL, evaluator_id(l.reader) AS TUEVALID,
  l.accepted AS TUACPTFL, iso(l.identified_date, l.identified_date_flag) AS TUDTC,
  l.segment AS SUPP_SEGMENT, l.prior_treatment AS SUPP_PRIORLRT,
  l.progressed_after_treatment AS SUPP_PROGLRT, l.enhancing AS SUPP_ENHANCE,
  NULL AS SUPP_TYPICAL, 1 AS part, l.seq
FROM lesions AS l LEFT JOIN imaging AS i ON i.subject = l.subject AND i.date = l.identified_date
UNION ALL
SELECT n.subject, n.lesion, 'TUMIDENT', 'Tumor Identification', 'NEW', 'NEW', upper(n.site),
  i.method, evaluator(n.reader), evaluator_id(n.reader), n.accepted, iso(n.date, n.date_flag),
  NULL, NULL, NULL, NULL, n.typical_pattern, 2,
  row_number() OVER (PARTITION BY n.subject ORDER BY n.date, n.lesion, n.reader)
FROM new AS n LEFT JOIN imaging AS i ON i.subject = n.subject AND i.date = n.date
ORDER BY subject, part, seq
