-- The Child-Pugh class on which each enrolled subject was admitted, with its record.
SELECT f.subject, f.code AS class, f.src_file, f.src_sheet, f.src_row
FROM fact AS f JOIN subjects AS s USING (subject)
WHERE f.variable = 'child_pugh_class' AND NOT f.later AND coalesce(s.enrolled, 'Y') = 'Y'
ORDER BY f.subject
