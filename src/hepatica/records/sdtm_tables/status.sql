-- Performance status (ECOG101, in QS or RS), Child-Pugh (RS or QS) and what FA says of ascites
-- and encephalopathy, side by side for a subject and day. Child-Pugh is known by its category or
-- test: its parts have 1 to 3 points, so a number from 5 on is the total, a letter the class.
with assessed as (
    select 'qs' as src, record, QSSEQ as seq, USUBJID, QSDTC as dtc, QSTESTCD as test,
        QSCAT as category, coalesce(QSSTRESC, QSORRES) as result
    from qs
    union all
    select 'rs', record, RSSEQ, USUBJID, RSDTC, RSTESTCD, RSCAT, coalesce(RSSTRESC, RSORRES)
    from rs
    where RSSTAT is null
    union all
    select 'fa', record, FASEQ, USUBJID, FADTC, concat_ws(' ', FATESTCD, FAOBJ), null,
        coalesce(FASTRESC, FAORRES)
    from fa
    where coalesce(FATESTCD, '') <> 'ELIG'
),
said as (
    select
        *,
        case
            when src = 'fa' and regexp_matches(upper(test), '\bASCITES\b') then 'ascites'
            when src = 'fa' and upper(test) like '%ENCEPH%' then 'encephalopathy'
            when src = 'fa' then null
            when test = 'ECOG101' then 'ecog'
            when not is_child_pugh(category, test) then null
            when regexp_matches(upper(result), '^(CHILD-PUGH )?(CLASS )?[ABC]$') then 'class'
            when try_cast(result as double) >= 5 then 'points'
        end as what
    from assessed
    where result is not null
),
counted as (
    select
        *,
        row_number() over (partition by USUBJID, dtc[:10], what order by src, record) as copy
    from said
    where what is not null
)
select
    min_by(src, (src, record)) as src,
    min_by(record, (src, record)) as record,
    min_by(try_cast(seq as bigint), (src, record)) as seq,
    USUBJID as subject,
    dtc[:10] as date,
    any_value(
        coalesce(nullif(regexp_extract(upper(result), '^(?:GRADE |ECOG )?([0-5])\b', 1), ''), result)
    ) filter (where what = 'ecog') as ecog,
    any_value(result) filter (where what = 'ascites') as ascites,
    any_value(
        coalesce(nullif(regexp_extract(upper(result), '^(?:GRADE )?([0-4])$', 1), ''), result)
    ) filter (where what = 'encephalopathy') as encephalopathy,
    any_value(result) filter (where what = 'points') as child_pugh_points,
    any_value(upper(result)[-1]) filter (where what = 'class') as child_pugh_class
from counted
group by USUBJID, dtc[:10], copy
order by 1, 2
