-- TR: what was seen of each lesion on each scan, one row a test; the judgement of new lesions; and
-- the number and largest size of liver lesions at staging.
WITH seen AS (
  SELECT subject, date, date_flag, seq, lesion, reader, accepted, reason, lipiodol_obscured,
    CASE status WHEN 'absent' THEN 'ABSENT' WHEN 'present' THEN 'PRESENT'
      WHEN 'progressed' THEN 'UNEQUIVOCAL PROGRESSION' WHEN 'too small' THEN 'TOO SMALL TO MEASURE'
      WHEN 'not evaluable' THEN 'NOT EVALUABLE' END AS state,
    diameter_mm, viable_mm, short_axis_mm, viable_perpendicular_mm,
    coalesce(diameter_mm, viable_mm, short_axis_mm, viable_perpendicular_mm) IS NULL AS unsized,
    series, slice, endpoints, convention
  FROM measurements
),
tested AS (
  SELECT *, unnest([1, 2, 3, 4, 5]) AS place,
    unnest(['LDIAM', 'VDIAM', 'SAXIS', 'VPERP', 'TUMSTATE']) AS test,
    unnest(['Longest Diameter', 'Viable Diameter', 'Short Axis', 'Viable Perpendicular',
      'Tumor State']) AS name,
    unnest([diameter_mm, viable_mm, short_axis_mm, viable_perpendicular_mm, NULL]) AS size
  FROM seen
),
kept AS (
  SELECT * FROM tested
  WHERE size IS NOT NULL OR test = 'TUMSTATE' AND (state IS NOT NULL OR unsized)
),
one AS (
  SELECT subject, lesion, test, name, size, CASE WHEN test = 'TUMSTATE' THEN state END AS state,
    reason, lipiodol_obscured, reader, accepted, date, date_flag, seq, place, NULL AS grp, 1 AS part,
    series, slice, endpoints, convention
  FROM kept
  UNION ALL
  SELECT subject, lesion, unnest(['TUMSTATE', 'LDIAM']), unnest(['Tumor State', 'Longest Diameter']),
    unnest([NULL, diameter_mm]),
    unnest([CASE status WHEN 'confirmed' THEN 'PRESENT' WHEN 'equivocal' THEN 'EQUIVOCAL'
      WHEN 'resolved' THEN 'ABSENT' END, NULL]),
    NULL, NULL, reader, accepted, date, date_flag, seq, unnest([1, 2]), 'NEW', 2,
    NULL, NULL, NULL, NULL
  FROM new_lesions
  UNION ALL
  SELECT subject, NULL, unnest(['LESNUM', 'LARGEST']),
    unnest(['Number of Lesions', 'Largest Diameter of All Lesions']),
    unnest([CAST(lesion_number AS DOUBLE), largest_mm]), NULL, NULL, NULL, NULL, NULL, date,
    date_flag, seq, unnest([1, 2]), NULL, 3, NULL, NULL, NULL, NULL
  FROM staging
)
SELECT o.subject, o.grp AS TRGRPID, o.series AS TRREFID, o.lesion AS TRLNKID, o.test AS TRTESTCD, o.name AS TRTEST,
  coalesce(figure(o.size), o.state) AS TRORRES,
  CASE WHEN o.size IS NOT NULL AND o.test <> 'LESNUM' THEN 'mm' END AS TRORRESU,
  coalesce(figure(o.size), o.state) AS TRSTRESC, o.size AS TRSTRESN,
  CASE WHEN o.size IS NOT NULL AND o.test <> 'LESNUM' THEN 'mm' END AS TRSTRESU,
  o.reason AS TRREASND, i.method AS TRMETHOD, evaluator(o.reader) AS TREVAL,
  evaluator_id(o.reader) AS TREVALID, o.accepted AS TRACPTFL, iso(o.date, o.date_flag) AS TRDTC,
  o.lipiodol_obscured AS SUPP_LIPOBSC, o.slice AS SUPP_SLICENO, o.endpoints AS SUPP_ENDPTS,
  o.convention AS SUPP_CONVENT
FROM one AS o LEFT JOIN imaging AS i ON i.subject = o.subject AND i.date = o.date
WHERE o.size IS NOT NULL OR o.state IS NOT NULL OR o.part = 1
ORDER BY o.subject, o.part, o.date, o.seq, o.place
