-- Hong Kong Liver Cancer stage [yau2014].
--
--   Tumour:  early         <= 5 cm, <= 3 lesions, no intrahepatic venous invasion
--            intermediate  <= 5 cm and (> 3 lesions or venous invasion, not both), or
--                          > 5 cm, <= 3 lesions, no venous invasion
--            advanced      <= 5 cm, > 3 lesions and venous invasion, or
--                          > 5 cm and (> 3 lesions or venous invasion), or diffuse
--   Stage, ECOG 0-1 and Child-Pugh A or B:
--                                          Child-Pugh A   Child-Pugh B
--            early                         I              IIa
--            intermediate                  IIb            IIIa
--            advanced                      IIIb           IIIb
--            extrahepatic vascular invasion or metastasis   IVa   IVb
--   ECOG 2-4 or Child-Pugh C: early without extrahepatic vascular invasion or metastasis Va, else Vb
--
-- Choices: `diffuse` is FALSE where not given. A missing input gives no stage, also where the others
--   would settle it.
-- Not confirmed at the source: the table; its variables are.
WITH input AS (
  SELECT row_id, ecog, child_pugh_class AS liver, lesion_number AS number,
    CAST(largest_cm AS DECIMAL(18, 9)) AS largest, vascular_invasion AS invasion,
    extrahepatic_spread AS spread, coalesce(diffuse, FALSE) AS diffuse
  FROM score_input
),
tumour AS (
  SELECT row_id, ecog, liver, spread,
    coalesce(ecog BETWEEN 0 AND 4 AND liver IN ('A', 'B', 'C') AND number >= 1 AND largest > 0
      AND invasion IS NOT NULL AND spread IS NOT NULL, FALSE) AS known,
    CASE WHEN diffuse OR (largest <= 5 AND number > 3 AND invasion)
        OR (largest > 5 AND (number > 3 OR invasion)) THEN 'advanced'
      WHEN largest <= 5 AND number <= 3 AND NOT invasion THEN 'early'
      ELSE 'intermediate' END AS status
  FROM input
)
SELECT row_id,
  CASE WHEN NOT known THEN NULL
    WHEN ecog >= 2 OR liver = 'C' THEN CASE WHEN status = 'early' AND NOT spread THEN 'Va' ELSE 'Vb' END
    WHEN spread THEN CASE liver WHEN 'A' THEN 'IVa' ELSE 'IVb' END
    WHEN status = 'advanced' THEN 'IIIb'
    WHEN status = 'intermediate' THEN CASE liver WHEN 'A' THEN 'IIb' ELSE 'IIIa' END
    WHEN liver = 'A' THEN 'I' ELSE 'IIa' END AS stage
FROM tumour
