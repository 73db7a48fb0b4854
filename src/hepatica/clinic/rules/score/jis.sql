-- Japan Integrated Staging score [kudo2003]: Child-Pugh class and LCSGJ stage, 0 to 5 points.
--
--   Child-Pugh A 0, B 1, C 2;  LCSGJ stage I 0, II 1, III 2, IVA or IVB 3
--
-- Choices: the stage is the rule lcsgj.sql.
SELECT row_id,
  CASE child_pugh_class WHEN 'A' THEN 0 WHEN 'B' THEN 1 WHEN 'C' THEN 2 END
    + CASE lcsgj_stage WHEN 'I' THEN 0 WHEN 'II' THEN 1 WHEN 'III' THEN 2 WHEN 'IVA' THEN 3
        WHEN 'IVB' THEN 3 END AS points
FROM score_input
