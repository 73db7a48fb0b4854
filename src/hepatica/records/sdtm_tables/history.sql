-- MH without what did not occur; the category is MHCAT where it is one of ours.
select
    'mh' as src,
    record,
    MHSEQ as seq,
    USUBJID as subject,
    case
        when lower(MHCAT) in (
            'medical history', 'prior tace', 'prior surgery', 'prior ablation',
            'prior radiotherapy', 'prior systemic therapy', 'bleeding', 'other malignancy'
        ) then MHCAT
        else 'medical history'
    end as category,
    coalesce(MHDECOD, MHTERM) as term,
    MHSTDTC as start_date,
    MHENDTC as end_date,
    SUPP_MHCOUNT as count,
    SUPP_MHOUT as outcome
from mh
where coalesce(MHOCCUR, 'Y') <> 'N' and MHSTAT is null
    and coalesce(upper(MHCAT), '') <> 'CAUSE OF LIVER DISEASE'
order by record
