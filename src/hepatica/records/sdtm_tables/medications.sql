-- CM; the class is CMCAT or CMCLAS where it is one of ours.
select
    'cm' as src,
    record,
    CMSEQ as seq,
    USUBJID as subject,
    coalesce(CMDECOD, CMTRT) as drug,
    case
        when regexp_matches(upper(concat_ws(' ', CMCAT, CMCLAS)), 'ANTI-?CANCER|ANTINEOPLAS')
            then 'anticancer'
        when lower(CMCAT) in ('antiangiogenic', 'antihypertensive', 'anticoagulant', 'antiviral')
            then CMCAT
        else 'other'
    end as class,
    CMSTDTC as start_date,
    CMENDTC as end_date,
    CMINDC as indication
from cm
where coalesce(CMOCCUR, 'Y') <> 'N' and CMSTAT is null
order by record
