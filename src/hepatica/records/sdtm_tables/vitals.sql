-- Results in figures; the time point tells apart several measurements of a day.
select
    'vs' as src,
    record,
    VSSEQ as seq,
    USUBJID as subject,
    VSDTC as date,
    VSTESTCD as test,
    coalesce(VSORRES, VSSTRESC) as value,
    case when VSORRES is null then VSSTRESU else VSORRESU end as unit,
    nullif(concat_ws(': ', VISIT, VSTPT), '') as timepoint
from vs
where is_number(coalesce(VSORRES, VSSTRESC))
order by record
