-- CM: other medication.
SELECT subject, drug AS CMTRT, class AS CMCAT, indication AS CMINDC,
  iso(start_date, start_date_flag) AS CMSTDTC, iso(end_date, end_date_flag) AS CMENDTC
FROM medications
ORDER BY subject, start_date, seq
