-- The days that planned visits count from, by the protocol's anchor.
-- each session: every day of study treatment (the first day of a period of constant dosing).
-- enrolment and randomisation: the date of consent, the only one of the three that is on record.
SELECT DISTINCT subject, date FROM study_treatment, protocol WHERE anchor = 'each session'
UNION ALL
SELECT SUBJID, TRTSDT FROM adsl, protocol WHERE anchor = 'first treatment' AND TRTSDT IS NOT NULL
UNION ALL
SELECT SUBJID, RFICDT FROM adsl, protocol
WHERE anchor IN ('enrolment', 'randomisation') AND RFICDT IS NOT NULL AND ENRLFL = 'Y'
ORDER BY subject, date
