-- Each judgement of a new lesion (TR), and new lesions identified (TU) that nobody judged.
with judged as (
    select
        min(tr.record) as record,
        min(try_cast(TRSEQ as bigint)) as seq,
        tr.USUBJID,
        TRLNKID as link,
        reader_of(TREVAL, TREVALID) as reader,
        day_of(TRDTC, visit_day.day) as day,
        any_value(flag_of(TRDTC, visit_day.day)) as flag,
        any_value(coalesce(TRSTRESC, TRORRES)) filter (where TRTESTCD = 'TUMSTATE') as state,
        any_value(coalesce(TRSTRESC, TRORRES)) filter (where TRTESTCD = 'LDIAM') as ldiam,
        any_value(tumour.site) as site,
        any_value(TRACPTFL) as accepted
    from tr
    left join visit_day using (USUBJID, VISITNUM)
    left join tumour
        on tumour.USUBJID = tr.USUBJID and tumour.link = tr.TRLNKID
        and tumour.reader is not distinct from reader_of(TREVAL, TREVALID)
    where TRLNKID is not null
        and (upper(coalesce(TRGRPID, '')) like 'NEW%' or tumour.is_new)
    group by 3, 4, 5, 6
),
identified as (
    select tu.record, TUSEQ as seq, tu.USUBJID, TULNKID as link,
        reader_of(TUEVAL, TUEVALID) as reader,
        day_of(TUDTC, visit_day.day) as day, flag_of(TUDTC, visit_day.day) as flag,
        TULOC as site, SUPP_TYPICAL as typical, TUACPTFL as accepted
    from tu
    left join visit_day using (USUBJID, VISITNUM)
    where upper(coalesce(TUSTRESC, TUORRES, '')) like 'NEW%'
)
select 'tr' as src, judged.record, judged.seq, judged.USUBJID as subject,
    judged.day as date, judged.flag as date_imputed, judged.link as lesion,
    case
        when judged.state is null then 'confirmed'
        when upper(judged.state) like 'EQUIVOCAL%' then 'equivocal'
        when upper(judged.state) in ('ABSENT', 'RESOLVED') then 'resolved'
        else 'confirmed'
    end as status,
    lower(coalesce(judged.site, identified.site)) as site,
    judged.ldiam as diameter_mm, identified.typical as typical_pattern,
    judged.reader, coalesce(judged.accepted, identified.accepted) as accepted
from judged
left join identified
    on identified.USUBJID = judged.USUBJID and identified.link = judged.link
    and identified.reader is not distinct from judged.reader
union all
select 'tu', record, seq, USUBJID, day, flag, link, 'confirmed', lower(site), null, typical,
    reader, accepted
from identified
where not exists (
    select 1 from judged
    where judged.USUBJID = identified.USUBJID and judged.link = identified.link
        and judged.reader is not distinct from identified.reader
)
order by 1, 2
