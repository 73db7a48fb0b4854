-- AE: adverse events; the term collected is the preferred one.
SELECT subject, term AS AETERM, term AS AEDECOD, system_organ_class AS AEBODSYS,
  upper(severity) AS AESEV, serious AS AESER, upper(related) AS AEREL, outcome AS AEOUT,
  figure(grade) AS AETOXGR, iso(start_date, start_date_flag) AS AESTDTC,
  iso(end_date, end_date_flag) AS AEENDTC
FROM adverse_events
ORDER BY subject, start_date, seq
