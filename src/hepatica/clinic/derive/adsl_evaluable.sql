-- ADSL with the response-evaluable flag: a baseline and a later assessment other than NE under the
-- protocol's own criterion and reader.
SELECT adsl.* REPLACE (
  CASE WHEN SAFFL = 'Y' AND EXISTS (
    SELECT 1 FROM visit
    WHERE visit.subject = adsl.SUBJID AND visit.overall <> 'NE'
      AND visit.criterion = (SELECT criterion FROM assessed LIMIT 1)
  ) THEN 'Y' ELSE 'N' END AS RESPEVFL
)
FROM adsl
ORDER BY SUBJID
