-- Tumours identified as target or non-target; new ones have their own table.
select
    'tu' as src,
    record,
    TUSEQ as seq,
    USUBJID as subject,
    TULNKID as lesion,
    case
        when upper(coalesce(TUSTRESC, TUORRES)) in ('TARGET', 'NON-TARGET')
            then lower(coalesce(TUSTRESC, TUORRES))
        else coalesce(TUSTRESC, TUORRES)
    end as role,
    lower(TULOC) as site,
    SUPP_SEGMENT as segment,
    day_of(TUDTC, visit_day.day) as identified_date,
    flag_of(TUDTC, visit_day.day) as identified_date_imputed,
    SUPP_PRIORLRT as prior_treatment,
    SUPP_PROGLRT as progressed_after_treatment,
    SUPP_ENHANCE as enhancing,
    reader_of(TUEVAL, TUEVALID) as reader,
    TUACPTFL as accepted
from tu
left join visit_day using (USUBJID, VISITNUM)
where upper(coalesce(TUSTRESC, TUORRES, '')) not like 'NEW%'
    and coalesce(TUTESTCD, 'TUMIDENT') = 'TUMIDENT'
order by record
