-- CTCAE grade of a measured value, version 4.03 or 5.0 [ctcae403] [ctcae5]: one text for one value,
-- a study and a registry. The thresholds stand in atoms.csv, one comparison a row, with its source;
-- ctcae_choice names the version.
--
--   atoms of a clause hold together (and); a clause of a grade is enough (or); the grade is the
--   highest one with a clause that holds, and 0 where none does.
--
-- A comparison is true, false or, where a limit, a baseline or a fact is missing, unknown. A grade
-- stands only if no higher one is unknown; else it is missing and `reason` says what was needed.
--
-- Input, one row a value (numbers are DECIMAL, so that 1.5 x 0.3 is exactly 0.45):
--   ctcae_item       item, test, value, operator, printed, printed_unit, lower, upper, base,
--                    base_operator, base_upper, before
--     value, lower, upper, base, base_upper   in one unit; `printed` is the value in printed_unit,
--                    a unit in which CTCAE prints its thresholds
--     operator       < or > where the laboratory reported a limit: decided only where it must be so
--     before         the value is from before treatment: it has no baseline to be compared with
--   ctcae_condition  item, name, word, number: facts beside the value, such as ANTICOAG = Y
--
-- Choices where CTCAE is silent:
--   "baseline normal" is the baseline on or below the upper limit given with the baseline itself.
--   A value from before treatment is graded against the limits of normal, not against itself.
--   role clinical: a clause of the patient, not of the value (bleeding, more than one drug); it
--     counts where it is on record and is otherwise taken as not met.
--   role implied: follows from the rest of its clause as long as one laboratory's limits apply; it
--     is asked only where the baseline is missing, so that a normal value is grade 0 all the same.
WITH asked AS (
  SELECT t.term, t.test, t.direction, a.grade, a.clause, a.left_side, a.comparator, a.number,
    a.multiplied_by, a.word, a.unit, a.role
  FROM ctcae_choice AS v
  JOIN ctcae_term AS t ON t.version = v.version
  JOIN ctcae_atom AS a ON a.version = t.version AND a.term = t.term
),
side AS (
  SELECT i.item, a.term, a.direction, a.grade, a.clause, a.role, a.left_side, a.comparator,
    a.multiplied_by, a.word, c.word AS known_word, i.before, i.base IS NULL AS no_base,
    CASE a.left_side
      WHEN 'AVAL' THEN CASE WHEN a.unit = '' THEN i.value ELSE i.printed END
      WHEN 'BASE' THEN i.base
      ELSE c.number END AS measured,
    CASE a.left_side WHEN 'AVAL' THEN i.operator WHEN 'BASE' THEN i.base_operator END AS operator,
    CASE a.multiplied_by
      WHEN '' THEN CAST(a.number AS DECIMAL(34, 13))
      WHEN 'LLN' THEN a.number * i.lower
      WHEN 'BL' THEN CASE WHEN i.base_operator IS NULL THEN a.number * i.base END
      WHEN 'ULN' THEN a.number * CASE WHEN a.left_side = 'BASE' THEN i.base_upper ELSE i.upper END
    END AS threshold
  FROM ctcae_item AS i
  JOIN asked AS a ON a.test = i.test AND (a.unit = '' OR a.unit = i.printed_unit)
  LEFT JOIN ctcae_condition AS c ON c.item = i.item AND c.name = a.left_side
),
compared AS (
  SELECT side.*,
    CASE
      WHEN left_side = 'BASE' AND before THEN comparator = '<='
      WHEN word <> '' THEN known_word = word
      WHEN operator = '<' THEN
        CASE WHEN measured <= threshold THEN comparator IN ('<', '<=') END
      WHEN operator = '>' THEN
        CASE WHEN measured >= threshold THEN comparator IN ('>', '>=') END
      WHEN comparator = '<' THEN measured < threshold
      WHEN comparator = '<=' THEN measured <= threshold
      WHEN comparator = '>' THEN measured > threshold
      WHEN comparator = '>=' THEN measured >= threshold
    END AS told
  FROM side
),
atom AS MATERIALIZED (
  SELECT compared.*, CASE WHEN role = 'clinical' THEN coalesce(told, FALSE) ELSE told END AS holds,
    CASE
      WHEN word <> '' OR left_side NOT IN ('AVAL', 'BASE') THEN left_side
      WHEN measured IS NULL THEN left_side
      WHEN threshold IS NULL THEN CASE WHEN left_side = 'BASE' THEN 'BASE_ULN'
        WHEN multiplied_by = 'BL' THEN 'BASE' ELSE multiplied_by END
      ELSE 'LIMIT' END AS needed
  FROM compared
),
clause AS MATERIALIZED (
  SELECT item, term, direction, grade, clause,
    CASE
      WHEN bool_or(NOT holds AND (role <> 'implied' OR no_base)) THEN FALSE
      WHEN count(*) FILTER (holds IS NULL AND role <> 'implied') > 0 THEN NULL
      ELSE TRUE END AS holds
  FROM atom GROUP BY ALL
),
settled AS MATERIALIZED (
  SELECT item, term, direction,
    coalesce(max(grade) FILTER (holds), 0) AS sure,
    coalesce(max(grade) FILTER (holds IS NULL), 0) AS open
  FROM clause GROUP BY ALL
),
lacking AS (
  SELECT a.item, a.term,
    string_agg(DISTINCT f.label, ', ' ORDER BY f.label) AS labels,
    string_agg(DISTINCT CAST(a.grade AS VARCHAR), ', ' ORDER BY CAST(a.grade AS VARCHAR)) AS grades
  FROM settled AS s
  JOIN clause AS c ON c.item = s.item AND c.term = s.term AND c.grade > s.sure AND c.holds IS NULL
  JOIN atom AS a ON a.item = c.item AND a.term = c.term AND a.grade = c.grade
    AND a.clause = c.clause AND a.holds IS NULL AND a.role = ''
  JOIN ctcae_fact AS f ON f.name = a.needed
  WHERE s.open > s.sure
  GROUP BY a.item, a.term
)
SELECT s.item, s.term, s.direction,
  CASE WHEN s.open <= s.sure THEN s.sure END AS grade,
  CASE WHEN s.open > s.sure
    THEN 'needed: ' || l.labels || ' (undecided: grade ' || l.grades || ')' END AS reason
FROM settled AS s
LEFT JOIN lacking AS l ON l.item = s.item AND l.term = s.term
ORDER BY s.item, s.direction
