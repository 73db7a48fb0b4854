-- ADTTE: one row a subject and endpoint: origin, first event, else the censoring rule's date.
--
-- An endpoint is data (`endpoint`): where time starts, which events end it, which rule set
-- censors. Rule sets:
--   seed  an event counts whenever it occurs; what is not an event of the endpoint (death, for the
--         seed's progression-free survival) is censored at the last adequate assessment [zhang2021]
--   EMA   the same, with the endpoint's events complete (progression or death) [ema2012]
--   FDA   new anticancer therapy, or two or more missed visits, before the event: censored at the
--         last adequate assessment before them; no baseline assessment: censored at the origin
--         [fda2007]. A visit is missed where its window, `visit_days` (longest interval + window)
--         after the day it counts from, closes without an adequate assessment. It counts from the
--         last adequate assessment (else the origin) or the end of the window missed before it;
--         where the protocol counts visits from each session, also from every session after that.
-- An adequate assessment is an overall response other than NE. Survival endpoints (death the only
-- event) are censored on the date last known alive.
--
-- Every enrolled subject with an origin has a row; who of them is analysed is the population's
-- matter. A death recorded before the origin leaves no time.
WITH own_response AS (SELECT * FROM first_response JOIN primary_reader USING (reader)),
start AS (
  SELECT e.*, s.SUBJID AS subject, s.STUDYID, s.USUBJID, s.TRTSDT, s.BLSCANDT, s.NACTDT, s.EOSSTT,
    s.LSTALVDT, s.ENRLFL,
    CASE e.origin
      WHEN 'refractory date' THEN s.REFRDT
      WHEN 'first treatment' THEN s.TRTSDT
      WHEN 'consent' THEN s.RFICDT
      WHEN 'first response' THEN r.date
    END AS startdt,
    r.date IS NOT NULL AS responded
  FROM endpoint AS e
  CROSS JOIN adsl AS s
  LEFT JOIN own_response AS r ON r.subject = s.SUBJID AND r.criterion = e.criterion
    AND r.confirmed = e.confirmed
  WHERE s.ENRLFL = 'Y'
    AND NOT coalesce(s.DTHDT < CASE e.origin
      WHEN 'refractory date' THEN s.REFRDT
      WHEN 'first treatment' THEN s.TRTSDT
      WHEN 'consent' THEN s.RFICDT
      WHEN 'first response' THEN r.date
    END, FALSE)
),
timed AS (
  -- Time to response is a responder's: others have no such time.
  SELECT * FROM start
  WHERE startdt IS NOT NULL AND (NOT on_response OR responded)
),
event AS (
  SELECT t.id, t.subject, d.date, 'Death' AS what, 1 AS rank, 'follow_up' AS srcdom,
    'date' AS srcvar, d.seq, d.src_row,
    'Death on ' || d.date || coalesce(' (' || d.cause || ')', '') AS because
  FROM timed AS t JOIN death AS d USING (subject)
  WHERE t.on_death AND d.date >= t.startdt
  UNION ALL
  SELECT t.id, t.subject, v.date, 'Disease Progression', 0, 'ADRS', 'ADT', v.aseq, NULL,
    'Progression on ' || v.date || ': ' || v.because
  FROM timed AS t
  JOIN visit AS v ON v.subject = t.subject AND v.criterion = t.criterion
  WHERE t.on_progression AND v.overall = 'PD' AND v.date >= t.startdt
  UNION ALL
  SELECT t.id, t.subject, r.date, 'Response', 0, 'ADRS', 'ADT', r.aseq, NULL,
    'First response on ' || r.date
  FROM timed AS t
  JOIN own_response AS r ON r.subject = t.subject AND r.criterion = t.criterion
    AND r.confirmed = t.confirmed
  WHERE t.on_response AND r.date >= t.startdt
),
first_event AS (
  SELECT * FROM event
  QUALIFY row_number() OVER (PARTITION BY id, subject ORDER BY date, rank, seq) = 1
),
adequate AS (
  SELECT t.id, t.subject, v.date, v.aseq AS seq
  FROM timed AS t
  JOIN visit AS v ON v.subject = t.subject AND v.criterion = t.criterion
  WHERE v.overall <> 'NE' AND v.date >= t.startdt
),
bounded AS (
  SELECT t.*, f.date AS eventdt, f.what, f.srcdom, f.srcvar, f.seq AS eventseq, f.src_row AS eventrow,
    f.because,
    n.date AS therapydt, n.what AS therapy,
    max(a.date) FILTER (f.date IS NULL OR a.date < f.date) AS lastdt,
    max(a.date) FILTER ((f.date IS NULL OR a.date < f.date) AND a.date < n.date) AS beforedt
  FROM timed AS t
  LEFT JOIN first_event AS f ON f.id = t.id AND f.subject = t.subject
  LEFT JOIN new_therapy AS n ON n.subject = t.subject
  LEFT JOIN adequate AS a ON a.id = t.id AND a.subject = t.subject
  GROUP BY ALL
),
mark AS (
  SELECT id, subject, coalesce(lastdt, startdt) AS day, eventdt FROM bounded
  WHERE eventdt IS NOT NULL
  UNION
  SELECT b.id, b.subject, a.date, b.eventdt
  FROM bounded AS b
  JOIN schedule_anchor AS a ON a.subject = b.subject
  CROSS JOIN protocol
  WHERE anchor = 'each session' AND a.date > coalesce(b.lastdt, b.startdt) AND a.date < b.eventdt
),
stretch AS (
  SELECT id, subject,
    lead(day, 1, eventdt) OVER (PARTITION BY id, subject ORDER BY day) - day AS days
  FROM mark
),
-- A stretch of `days` holds ceil(days / visit_days) - 1 windows that closed before its end.
missed AS (
  SELECT id, subject,
    CAST(sum(greatest(ceil(days / visit_days) - 1, 0)) AS INTEGER) AS visits
  FROM stretch, protocol
  GROUP BY id, subject
),
decided AS (
  SELECT b.*, m.visits AS missed_visits,
    CASE
      WHEN survival AND eventdt IS NOT NULL THEN 'event'
      WHEN survival THEN 'alive'
      WHEN rule_set = 'FDA' AND BLSCANDT IS NULL THEN 'no baseline'
      WHEN rule_set = 'FDA' AND therapydt >= startdt AND (eventdt IS NULL OR therapydt < eventdt)
        THEN 'new therapy'
      WHEN rule_set = 'FDA' AND m.visits >= 2
        THEN 'missed visits'
      WHEN eventdt IS NOT NULL THEN 'event'
      WHEN lastdt IS NULL THEN 'no assessment'
      ELSE 'last assessment'
    END AS outcome
  FROM bounded AS b
  LEFT JOIN missed AS m ON m.id = b.id AND m.subject = b.subject
),
dated AS (
  SELECT d.*,
    CASE outcome
      WHEN 'event' THEN eventdt
      WHEN 'alive' THEN greatest(coalesce(LSTALVDT, startdt), startdt)
      WHEN 'no baseline' THEN startdt
      WHEN 'new therapy' THEN coalesce(beforedt, startdt)
      WHEN 'missed visits' THEN coalesce(lastdt, startdt)
      WHEN 'no assessment' THEN startdt
      ELSE lastdt
    END AS adt
  FROM decided AS d
),
sourced AS (
  SELECT d.*, c.source AS contactdom, c.variable AS contactvar, c.seq AS contactseq, c.src_row AS contactrow,
    a.seq AS assessseq
  FROM dated AS d
  LEFT JOIN contact AS c ON d.outcome = 'alive' AND c.subject = d.subject AND c.date = d.adt
  LEFT JOIN adequate AS a ON a.id = d.id AND a.subject = d.subject AND a.date = d.adt
  QUALIFY row_number() OVER (
    PARTITION BY d.id, d.subject ORDER BY contactdom <> 'follow_up', contactdom, contactseq) = 1
),
-- A source that counts parts of days gives its own time from a date of origin; where that date is
-- this endpoint's origin, the time is taken as it stands.
exact AS (
  SELECT s.*, f.time_days AS exact_days
  FROM sourced AS s
  LEFT JOIN follow_up AS f ON f.subject = s.subject AND f.origin_date = s.startdt
    AND f.time_days IS NOT NULL
    AND f.seq = CASE s.outcome WHEN 'event' THEN CASE s.srcdom WHEN 'follow_up' THEN s.eventseq END
      WHEN 'alive' THEN CASE s.contactdom WHEN 'follow_up' THEN s.contactseq END END
)
SELECT
  STUDYID, USUBJID, subject AS SUBJID, criterion AS PARCAT1, rule_set AS PARCAT2, paramcd AS PARAMCD,
  label AS PARAM, startdt AS STARTDT,
  CASE WHEN delayed_entry THEN greatest(startdt, coalesce(TRTSDT, startdt)) ELSE startdt END AS ENTRYDT,
  adt AS ADT,
  coalesce(exact_days, CAST(adt - startdt AS DOUBLE)) + day_offset AS AVAL,
  'DAYS' AS AVALU,
  CASE outcome
    WHEN 'event' THEN 0
    WHEN 'no baseline' THEN 2
    WHEN 'new therapy' THEN 3
    WHEN 'missed visits' THEN 4
    ELSE CASE WHEN EOSSTT IN ('lost to follow-up', 'withdrew') THEN 5 ELSE 1 END
  END AS CNSR,
  CASE outcome
    WHEN 'event' THEN what
    WHEN 'alive' THEN 'Alive'
    WHEN 'no assessment' THEN 'No assessment after the origin'
    WHEN 'no baseline' THEN 'No baseline assessment'
    WHEN 'new therapy' THEN 'New anticancer therapy'
    WHEN 'missed visits' THEN what || ' after two or more missed visits'
    ELSE 'Last Tumor Assessment'
  END AS EVNTDESC,
  CASE outcome
    WHEN 'event' THEN NULL
    WHEN 'alive' THEN CASE WHEN contactdom IS NULL THEN 'Origin' ELSE 'Last known alive' END
    WHEN 'new therapy' THEN 'Last adequate assessment before new therapy'
    WHEN 'missed visits' THEN 'Last adequate assessment before the missed visits'
    WHEN 'no assessment' THEN 'Origin'
    WHEN 'no baseline' THEN 'Origin'
    ELSE 'Last adequate assessment'
  END AS CNSDTDSC,
  CASE outcome
    WHEN 'event' THEN because
    WHEN 'alive' THEN CASE WHEN contactdom IS NULL
      THEN 'No death and no contact from the origin on; censored there'
      ELSE 'No death on record; last known alive on ' || adt END
    WHEN 'new therapy' THEN 'New anticancer therapy (' || therapy || ') on ' || therapydt
      || ' before the event; censored on ' || adt || ' (rule set FDA)'
    WHEN 'missed visits' THEN what || ' on ' || eventdt || ' after ' || missed_visits
      || ' missed visits in a row; censored at the last adequate assessment before them, '
      || adt || ' (rule set FDA)'
    WHEN 'no baseline' THEN 'No baseline assessment; censored at the origin (rule set FDA)'
    WHEN 'no assessment' THEN 'No event and no adequate assessment after the origin; censored there'
    ELSE 'No event of this endpoint; censored at the last adequate assessment on ' || adt
      || ' (rule set ' || rule_set || ')'
  END AS REASON,
  CASE outcome WHEN 'event' THEN srcdom WHEN 'alive' THEN coalesce(contactdom, 'ADSL')
    WHEN 'no baseline' THEN 'ADSL' WHEN 'no assessment' THEN 'ADSL' ELSE 'ADRS' END AS SRCDOM,
  CASE outcome WHEN 'event' THEN srcvar WHEN 'alive' THEN
      coalesce(contactvar, 'STARTDT')
    WHEN 'no baseline' THEN 'STARTDT' WHEN 'no assessment' THEN 'STARTDT' ELSE 'ADT' END AS SRCVAR,
  CASE outcome WHEN 'event' THEN eventseq WHEN 'alive' THEN contactseq ELSE assessseq END AS SRCSEQ,
  CASE outcome WHEN 'event' THEN eventrow WHEN 'alive' THEN contactrow END AS SRCROW
FROM exact CROSS JOIN protocol
ORDER BY position, subject
