-- One examination a subject, day and method that the tumour domains (or PR) tell of.
with seen as (
    select 'tr' as src, tr.record, tr.USUBJID, tr.VISITNUM, tr.VISIT, TRDTC as dtc,
        coalesce(TRMETHOD, tumour.method) as method, null as phase, null as slice,
        null as adequate, null as reason
    from tr
    left join tumour
        on tumour.USUBJID = tr.USUBJID and tumour.link = tr.TRLNKID
        and tumour.reader is not distinct from reader_of(TREVAL, TREVALID)
    where TRDTC is not null and TRLNKID is not null
    union all
    select 'tu', record, USUBJID, VISITNUM, VISIT, TUDTC, TUMETHOD, null, null, null, null
    from tu
    where TUDTC is not null
    union all
    select 'pr', record, USUBJID, VISITNUM, VISIT, PRSTDTC, PRTRT, SUPP_PHASE, SUPP_SLICE,
        SUPP_ADEQUATE, PRREASND
    from pr
    where regexp_matches(upper(coalesce(PRTRT, '')), '^(CT|MR|MRI|PET|US|X-RAY|DSA)\b|SCAN|IMAGING')
),
dated as (
    select
        seen.*,
        day_of(dtc, visit_day.day) as day,
        flag_of(dtc, visit_day.day) as flag,
        case
            when upper(method) like 'PET%' then 'PET-CT'
            when upper(method) like 'CT%' or upper(method) like '%COMPUTED TOMOGRAPHY%'
                or upper(method) like '% CT%' then 'CT'
            when upper(method) like 'M%' then 'MRI'
            when upper(method) in ('ULTRASOUND', 'US') then 'US'
            when upper(method) like 'X-RAY%' then 'X-ray'
            when upper(method) = 'DSA' then 'DSA'
            else 'other'
        end as modality
    from seen
    left join visit_day using (USUBJID, VISITNUM)
)
select
    min_by(src, (src, record)) as src,
    min_by(record, (src, record)) as record,
    null as seq,
    USUBJID as subject,
    day as date,
    min(flag) as date_imputed,
    modality,
    min_by(phase, record) filter (where src = 'pr') as phase,
    min_by(slice, record) filter (where src = 'pr') as slice_mm,
    coalesce(min_by(VISIT, (src, record)), any_value(VISIT)) as visit,
    min_by(adequate, record) filter (where src = 'pr') as adequate,
    min_by(reason, record) filter (where src = 'pr') as reason
from dated
group by USUBJID, day, modality
order by 4, 5, 7
