-- DV: deviations as the study recorded them.
SELECT subject, term AS DVTERM, clause AS DVSCAT, iso(date, date_flag) AS DVSTDTC
FROM deviations
ORDER BY subject, date, seq
