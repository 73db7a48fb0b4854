-- PR without imaging (which is scans) and without what did not occur.
select
    'pr' as src,
    record,
    PRSEQ as seq,
    USUBJID as subject,
    PRSTDTC as date,
    case
        when lower(PRTRT) in (
            'beva-tace', 'tace', 'resection', 'ablation', 'transplantation', 'radiotherapy',
            'other surgery', 'drainage', 'other'
        ) then PRTRT
        else 'other'
    end as procedure,
    try_cast(PRGRPID as integer) as session,
    SUPP_TECHNIQ as technique,
    SUPP_LIPIODOL as lipiodol_ml,
    SUPP_EMBOLIC as embolic,
    SUPP_CHEMO as drug,
    SUPP_COMPLETE as complete,
    SUPP_STUDYTRT as study_treatment
from pr
where coalesce(PROCCUR, 'Y') <> 'N' and PRSTAT is null
    and not regexp_matches(upper(coalesce(PRTRT, '')), '^(CT|MR|MRI|PET|US|X-RAY|DSA)\b|SCAN|IMAGING')
order by record
