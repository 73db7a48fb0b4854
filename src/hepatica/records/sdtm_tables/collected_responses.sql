-- Responses of one day, criterion and reader side by side.
with result as (
    select
        rs.record,
        RSSEQ,
        rs.USUBJID,
        RSTESTCD,
        RSCAT,
        day_of(RSDTC, visit_day.day) as day,
        flag_of(RSDTC, visit_day.day) as flag,
        reader_of(RSEVAL, RSEVALID) as reader,
        case
            when RSSTAT = 'NOT DONE' then case when RSTESTCD = 'OVRLRESP' then 'ND' end
            else coalesce(RSSTRESC, RSORRES)
        end as response,
        RSACPTFL,
        row_number() over (
            partition by rs.USUBJID, RSTESTCD, RSCAT, RSEVAL, RSEVALID,
                day_of(RSDTC, visit_day.day)
            order by rs.record
        ) as copy
    from rs
    left join visit_day using (USUBJID, VISITNUM)
    where RSTESTCD in ('OVRLRESP', 'TRGRESP', 'NTRGRESP', 'NEWLPROG')
)
select
    'rs' as src,
    coalesce(min(record) filter (where RSTESTCD = 'OVRLRESP'), min(record)) as record,
    coalesce(
        min(try_cast(RSSEQ as bigint)) filter (where RSTESTCD = 'OVRLRESP'),
        min(try_cast(RSSEQ as bigint))
    ) as seq,
    USUBJID as subject,
    day as date,
    any_value(flag) as date_imputed,
    RSCAT as criterion,
    any_value(response) filter (where RSTESTCD = 'TRGRESP') as target,
    any_value(response) filter (where RSTESTCD = 'NTRGRESP') as non_target,
    any_value(
        case upper(response)
            when 'UNEQUIVOCAL' then 'Y'
            when 'EQUIVOCAL' then 'equivocal'
            else response
        end
    ) filter (where RSTESTCD = 'NEWLPROG') as new_lesion,
    any_value(response) filter (where RSTESTCD = 'OVRLRESP') as overall,
    reader,
    any_value(RSACPTFL) as accepted
from result
group by USUBJID, day, RSCAT, reader, copy
order by 2
