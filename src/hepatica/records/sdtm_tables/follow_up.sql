-- Deaths (DM, else DS), what DS says of the end of follow-up, and the end of participation (DM)
-- of those who did not die. Screening failures and milestones say nothing of follow-up. The cause
-- of a death is what DS says of it beyond the word itself.
with dead as (select USUBJID from dm where DTHDTC is not null),
said as (
    select
        USUBJID,
        min_by(case when upper(DSTERM) not in ('DEATH', 'DEAD', 'DIED') then DSTERM end, record) as cause,
        min_by(SUPP_TIMEDAYS, record) as time_days,
        min_by(SUPP_ORIGDTC, record) as origin_date
    from ds
    where upper(DSDECOD) = 'DEATH'
    group by USUBJID
)
select 'dm' as src, dm.record, null as seq, dm.USUBJID as subject, DTHDTC as date,
    'dead' as status, said.cause, said.time_days, said.origin_date
from dm
left join said using (USUBJID)
where DTHDTC is not null
union all
select 'ds', record, DSSEQ, USUBJID, DSSTDTC,
    case
        when upper(DSDECOD) = 'DEATH' then 'dead'
        when upper(DSDECOD) = 'LOST TO FOLLOW-UP' then 'lost to follow-up'
        when upper(DSDECOD) in ('WITHDRAWAL BY SUBJECT', 'WITHDREW CONSENT') then 'withdrew'
        when upper(DSDECOD) = 'COMPLETED' then 'completed'
        else 'alive'
    end,
    coalesce(DSTERM, DSDECOD), SUPP_TIMEDAYS, SUPP_ORIGDTC
from ds
where coalesce(upper(DSCAT), 'DISPOSITION EVENT') <> 'PROTOCOL MILESTONE'
    and upper(coalesce(DSDECOD, '')) not in ('SCREEN FAILURE', 'SCREENING FAILURE')
    and not (upper(coalesce(DSDECOD, '')) = 'DEATH' and USUBJID in (select USUBJID from dead))
union all
select 'dm', record, null, USUBJID, coalesce(RFPENDTC, RFENDTC), 'alive', 'end of participation',
    null, null
from dm
where DTHDTC is null and coalesce(DTHFL, 'N') <> 'Y' and coalesce(RFPENDTC, RFENDTC) is not null
order by 4, 5, 6
