-- Days on which hold and stop conditions are asked: each session in which the drug was given, and
-- for what came after the last one a day at the end of the planned interval, or after the cutoff.
SELECT DISTINCT s.subject, s.date
FROM drug_session AS s JOIN held_drug AS h ON h.drug = s.drug_key
WHERE s.source = 'dosing' AND NOT s.period AND coalesce(s.dose > 0, TRUE)
UNION
SELECT s.subject, least(max(s.date) + any_value(coalesce(d.interval_days, 100000)),
  any_value(p.cutoff)) + 1
FROM drug_session AS s JOIN held_drug AS h ON h.drug = s.drug_key
CROSS JOIN dosing_plan AS d CROSS JOIN protocol AS p
WHERE s.source = 'dosing' AND NOT s.period
GROUP BY s.subject
