-- ADSL with the flag of eligibility: N where any criterion fails, else U where any is unknown, else
-- Y; each criterion in the reading that the protocol chose.
SELECT adsl.* REPLACE (
  (SELECT CASE WHEN bool_or(AVALC = 'FAIL') THEN 'N' WHEN bool_or(AVALC = 'UNKNOWN') THEN 'U' ELSE 'Y' END
   FROM adie WHERE adie.SUBJID = adsl.SUBJID AND PARTNO = 0 AND READFL = 'Y' HAVING count(*) > 0) AS ELIGRES
)
FROM adsl
ORDER BY SUBJID
