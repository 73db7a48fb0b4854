-- DV as it stands.
select
    'dv' as src,
    record,
    DVSEQ as seq,
    USUBJID as subject,
    DVSTDTC as date,
    DVSCAT as clause,
    coalesce(DVTERM, DVDECOD) as term
from dv
order by record
