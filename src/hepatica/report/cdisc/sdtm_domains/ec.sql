-- EC: the dose that was planned, where it is on record.
SELECT subject, drug AS ECTRT, 'SCHEDULED' AS ECMOOD, planned_dose AS ECDOSE, unit AS ECDOSU,
  iso(date, date_flag) AS ECSTDTC
FROM dosing WHERE planned_dose IS NOT NULL
ORDER BY subject, date, seq
