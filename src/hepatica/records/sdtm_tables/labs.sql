-- Results in figures, in the laboratory's own unit; standard results where nothing else is given.
select
    'lb' as src,
    record,
    LBSEQ as seq,
    USUBJID as subject,
    LBDTC as date,
    LBTESTCD as test,
    coalesce(LBORRES, LBSTRESC) as value,
    case when LBORRES is null then LBSTRESU else LBORRESU end as unit,
    case when LBORRES is null then LBSTNRLO else LBORNRLO end as lower_limit,
    case when LBORRES is null then LBSTNRHI else LBORNRHI end as upper_limit
from lb
where is_number(coalesce(LBORRES, LBSTRESC))
order by record
