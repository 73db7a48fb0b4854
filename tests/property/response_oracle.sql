-- The response rule as SQL windows: the other form tried in ADR 0001, kept as an oracle.
-- In: rows_in(subject, day, lesion, role, state, size, disease_from), codes of rules/response/word.py;
--     $pr_part, $pr_whole, $pd_part, $pd_whole, $pd_strict, $pd_abs, $min_sd_days, $confirm_days,
--     $max_ne_between, $max_sd_between. Baseline is the first day.
-- Out: visit_out, best_out.
create or replace temp table visit_out as
with
first_day as (
    select subject, min(day) as baseline_day from rows_in group by subject
),
visit as (
    select distinct subject, day, baseline_day from rows_in join first_day using (subject)
),
target as (
    select distinct subject, lesion
    from rows_in join first_day using (subject)
    where role = 1 and day = baseline_day
),
-- one size for a target and visit; -1 where it has none or sizes that disagree
measured as (
    select
        v.subject, v.day, t.lesion,
        case when min(r.size) filter (r.size >= 0) = max(r.size) then max(r.size) else -1 end
            as size,
        max(r.disease_from) as disease_from
    from visit v
    join target t using (subject)
    left join rows_in r
        on r.subject = v.subject and r.day = v.day and r.lesion = t.lesion and r.role = 1
    group by v.subject, v.day, t.lesion
),
scan as (
    select
        subject, day,
        count(*) as targets,
        coalesce(sum(size) filter (size >= 0), 0) as total,
        count(*) filter (size < 0) as missing,
        count(*) filter (size >= 0 and size >= disease_from) as diseased
    from measured
    group by subject, day
),
other as (
    select subject, lesion, min(day) as since from rows_in where role = 2 group by subject, lesion
),
other_state as (
    select
        v.subject, v.day,
        case when min(r.state) filter (r.state > 0) = max(r.state) then max(r.state) else 0 end
            as state
    from visit v
    join other o on o.subject = v.subject and o.since <= v.day
    left join rows_in r
        on r.subject = v.subject and r.day = v.day and r.lesion = o.lesion and r.role = 2
    group by v.subject, v.day, o.lesion
),
non_target as (
    select
        subject, day,
        case
            when bool_or(state = 5) then 5
            when bool_or(state = 0) then 6
            when bool_and(state = 2) then 1
            else 4
        end as non_target
    from other_state
    group by subject, day
),
new_row as (
    select subject, day, lesion, state
    from rows_in join first_day using (subject)
    where role = 3 and day > baseline_day
),
-- an 'absent' opens a new episode of a lesion
episode as (
    select
        *, coalesce(sum(cast(state = 2 as int)) over (
            partition by subject, lesion order by day
            rows between unbounded preceding and current row), 0) as episode
    from new_row
    where state <> 0
),
confirmed as (
    select subject, min(seen) as new_since
    from (
        select subject, lesion, episode, min(day) as seen
        from episode
        where state in (6, 7)
        group by subject, lesion, episode
        having bool_or(state = 6)
    )
    group by subject
),
open_lesion as (
    select subject, day, state <> 2 as is_open,
        lead(day) over (partition by subject, lesion order by day) as until
    from episode
),
equivocal as (
    select distinct v.subject, v.day
    from visit v
    join open_lesion o
        on o.subject = v.subject and o.is_open and o.day <= v.day
        and (o.until is null or v.day < o.until)
),
not_scanned as (
    select distinct subject, day from new_row where state = 0
),
joined as (
    select
        v.subject, v.day, v.baseline_day,
        coalesce(s.targets, 0) as targets,
        coalesce(s.total, 0) as total,
        coalesce(s.missing, 0) as missing,
        coalesce(s.diseased, 0) as diseased,
        coalesce(n.non_target, 0) as non_target,
        case
            when v.day >= c.new_since then 2
            when x.subject is not null then 3
            when e.subject is not null then 1
            else 0
        end as new_lesion
    from visit v
    left join scan s using (subject, day)
    left join non_target n using (subject, day)
    left join confirmed c using (subject)
    left join not_scanned x using (subject, day)
    left join equivocal e using (subject, day)
),
with_past as (
    select
        *,
        first_value(case when missing = 0 and targets > 0 then total end) over w as baseline,
        first_value(diseased) over w > 0 as diseased_at_baseline,
        min(case when missing = 0 and targets > 0 then total end) over earlier as nadir,
        coalesce(bool_or(
            day > baseline_day and targets > 0 and missing = 0 and diseased = 0
            and non_target in (0, 1) and new_lesion in (0, 1)) over earlier, false) as gone_before
    from joined
    window
        w as (partition by subject order by day),
        earlier as (
            partition by subject order by day rows between unbounded preceding and 1 preceding)
),
judged as (
    select
        *,
        case
            when targets = 0 then 0
            when baseline is null then 6
            when gone_before and diseased_at_baseline and diseased > 0 then 5
            when missing = 0 and diseased = 0 then case when diseased_at_baseline then 1 else 6 end
            when nadir = 0 and diseased > 0 then 5
            when nadir > 0 and diseased > 0 and total - nadir >= $pd_abs and (
                ($pd_strict and $pd_whole * total > $pd_part * nadir)
                or (not $pd_strict and $pd_whole * total >= $pd_part * nadir)) then 5
            when missing > 0 then 6
            when $pr_whole * total <= $pr_part * baseline then 2
            else 3
        end as target
    from with_past
    where day > baseline_day
),
matrixed as (
    select
        *,
        case
            when new_lesion = 2 then 1
            when target = 5 then 2
            when non_target = 5 then 3
            when target = 6 then 4
            when new_lesion = 3 and (target = 1 or (target = 0 and non_target = 1)) then 17
            when target = 1 then case non_target when 1 then 5 when 0 then 6 when 4 then 7 else 8 end
            when target = 2 then case when non_target in (1, 4) then 9 else 10 end
            when target = 3 then case when non_target in (1, 4) then 11 else 12 end
            else case non_target when 1 then 13 when 4 then 14 when 6 then 15 else 16 end
        end as matrix_row
    from judged
)
select
    subject, day, baseline_day, target, non_target, new_lesion, matrix_row, total, missing,
    baseline, nadir,
    case
        when matrix_row in (1, 2, 3) then 5
        when matrix_row in (4, 15, 17) then 6
        when matrix_row in (5, 6, 13) then 1
        when matrix_row in (7, 8, 9, 10) then 2
        when matrix_row in (11, 12) then 3
        when matrix_row = 14 then 4
        else 7
    end as overall
from matrixed;

create or replace temp table best_out as
with
first_pd as (
    select subject, min(day) as pd_day from visit_out where overall = 5 group by subject
),
counted as (
    select v.*, day >= baseline_day + $min_sd_days as in_window
    from visit_out v left join first_pd using (subject)
    where pd_day is null or day <= pd_day
),
-- the first later visit that is late enough to confirm
confirming as (
    select a.subject, a.day, min(b.day) as by_day
    from counted a
    join counted b
        on b.subject = a.subject and b.day >= a.day + $confirm_days and b.day > a.day
        and (b.overall = 1 or (a.overall = 2 and b.overall = 2))
    where a.overall in (1, 2)
    group by a.subject, a.day
),
between_them as (
    select
        c.subject, c.day, c.by_day, a.overall,
        count(*) filter (b.overall = 6) as ne,
        count(*) filter (b.overall = 3) as sd,
        count(*) filter (b.overall not in (1, 2, 3, 6)) as others,
        count(*) filter (b.overall = 2) as pr,
        min(b.day) filter (b.overall = 1) as first_cr,
        max(b.day) filter (b.overall = 2) as last_pr
    from confirming c
    join counted a on a.subject = c.subject and a.day = c.day
    join counted b on b.subject = c.subject and b.day > c.day and b.day <= c.by_day
    group by c.subject, c.day, c.by_day, a.overall
),
confirmed as (
    select subject, day, by_day
    from between_them
    where ne <= $max_ne_between and others = 0
        and (
            (overall = 1 and sd = 0 and pr = 0)
            or (overall = 2 and sd <= $max_sd_between
                and (first_cr is null or last_pr is null or first_cr > last_pr)))
),
ranked as (
    select
        v.subject, v.day, c.by_day,
        case when overall in (3, 4) and not in_window then 6 else overall end as plain,
        case
            when overall in (1, 2) and c.day is null then case when in_window then 3 else 6 end
            when overall in (3, 4) and not in_window then 6
            else overall
        end as strict
    from counted v left join confirmed c using (subject, day)
)
select
    subject,
    coalesce(min(plain), 8) as bor,
    arg_min(day, plain * 1000000 + day) as bor_day,
    coalesce(min(strict), 8) as cbor,
    arg_min(day, strict * 1000000 + day) as cbor_day
from (select distinct subject from rows_in) left join ranked using (subject)
group by subject;
