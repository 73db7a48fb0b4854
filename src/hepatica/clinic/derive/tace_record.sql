-- Records of conventional TACE up to the cutoff: by their own technique, else by the technique that
-- the protocol gives to that procedure.
SELECT p.*
FROM procedures AS p
LEFT JOIN (SELECT DISTINCT procedure, technique FROM treatment_plan WHERE technique <> '') AS t
  ON t.procedure = p.procedure
CROSS JOIN protocol
WHERE p.date <= cutoff AND coalesce(p.technique, t.technique) = 'cTACE'
ORDER BY p.subject, p.date, p.seq
