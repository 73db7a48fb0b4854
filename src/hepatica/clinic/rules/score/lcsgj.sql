-- Stage of the Liver Cancer Study Group of Japan [lcsgj], as used by the JIS score [kudo2003].
--
--   T counts what does not hold of: one lesion; at most 2 cm; no vascular invasion
--     T1 all three hold, T2 two, T3 one, T4 none
--   I T1, II T2, III T3, IVA T4 or nodal metastasis, IVB distant metastasis
--
-- Choices: macrovascular invasion stands for vascular invasion. A missing input gives no stage, also
--   where the others would settle it. No lesion, no stage.
-- Not confirmed at the source: 2 cm itself counting as small.
WITH input AS (
  SELECT row_id, nodal_metastasis AS nodal, distant_metastasis AS distant,
    CASE WHEN lesion_number >= 1 AND largest_cm > 0
      THEN CAST(lesion_number = 1 AS INTEGER)
        + CAST(CAST(largest_cm AS DECIMAL(18, 9)) <= 2 AS INTEGER)
        + CAST(NOT vascular_invasion AS INTEGER) END AS holding
  FROM score_input
)
SELECT row_id,
  CASE WHEN holding IS NULL OR nodal IS NULL OR distant IS NULL THEN NULL
    WHEN distant THEN 'IVB'
    WHEN nodal OR holding = 0 THEN 'IVA'
    WHEN holding = 3 THEN 'I'
    WHEN holding = 2 THEN 'II'
    ELSE 'III' END AS stage
FROM input
