-- Words and days that the tables of this folder share.
-- reader_of    who evaluated: INVESTIGATOR, or INDEPENDENT ASSESSOR:RADIOLOGIST 1
-- is_number    a result in figures, with or without < or > before it
-- is_child_pugh, is_bclc   by category, or by test code where a sponsor gives no category
-- status_of    state of a tumour (CDISC codelist TUMSTATE and its usual spellings) -> our words
create macro reader_of(evaluator, id) as
    case when id is null then evaluator else concat_ws(':', evaluator, id) end;

create macro is_number(text) as
    regexp_full_match(text, '\s*[<>≤≥]?=?\s*[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]+)?\s*');

create macro is_child_pugh(category, test) as
    upper(coalesce(category, '')) like '%CHILD-PUGH%'
    or regexp_matches(upper(coalesce(test, '')), '^(CPS|CPCLASS)');

create macro is_bclc(category, test) as
    regexp_matches(upper(coalesce(category, '')), 'BCLC|BARCELONA')
    or upper(coalesce(test, '')) like 'BCLC%';

create macro status_of(state) as
    case
        when state is null then null
        when upper(state) = 'ABSENT' then 'absent'
        when upper(state) in ('PRESENT', 'EQUIVOCAL') then 'present'
        when upper(state) like 'UNEQUIVOCAL%' then 'progressed'
        when upper(state) like 'TOO SMALL%' then 'too small'
        when upper(state) in ('NOT EVALUABLE', 'UNEVALUABLE', 'NOT ASSESSABLE', 'NE')
            then 'not evaluable'
        else state
    end;

-- A partial date takes the whole date that the same visit has elsewhere in the tumour domains
-- (or in SV), where it agrees with it; otherwise the column's own rule imputes it.
create temp table visit_day as
select USUBJID, VISITNUM, min_by(day, rank) as day
from (
    select USUBJID, VISITNUM, TRDTC[:10] as day, 1 as rank from tr where length(TRDTC) >= 10
    union all
    select USUBJID, VISITNUM, TUDTC[:10], 2 from tu where length(TUDTC) >= 10
    union all
    select USUBJID, VISITNUM, RSDTC[:10], 3 from rs where length(RSDTC) >= 10
    union all
    select USUBJID, VISITNUM, SVSTDTC[:10], 4 from sv where length(SVSTDTC) >= 10
) as seen
where VISITNUM is not null
group by USUBJID, VISITNUM;

create macro day_of(dtc, visit) as
    case when length(dtc) < 10 and starts_with(visit, dtc) then visit else dtc[:10] end;

create macro flag_of(dtc, visit) as
    case
        when length(dtc) < 10 and starts_with(visit, dtc)
            then case when length(dtc) = 7 then 'D' else 'M' end
    end;

-- Where each tumour is, by subject, link and reader; lymph nodes go by their short axis.
create temp table tumour as
select
    USUBJID,
    TULNKID as link,
    reader_of(TUEVAL, TUEVALID) as reader,
    any_value(TULOC) as site,
    any_value(TUMETHOD) as method,
    bool_or(upper(coalesce(TULOC, '')) like '%NODE%') as node,
    bool_or(upper(coalesce(TUSTRESC, TUORRES, '')) like 'NEW%') as is_new
from tu
where TULNKID is not null
group by 1, 2, 3;
