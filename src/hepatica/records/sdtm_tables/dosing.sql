-- EX as it stands; a dose of 0 is a dose of placebo and stays.
select
    'ex' as src,
    record,
    EXSEQ as seq,
    USUBJID as subject,
    EXSTDTC as date,
    EXENDTC as end_date,
    EXTRT as drug,
    EXDOSE as dose,
    EXDOSU as unit,
    EXROUTE as route,
    try_cast(regexp_extract(EXDUR, '^PT([0-9]+)M$', 1) as double) as duration_min,
    try_cast(EXGRPID as integer) as session
from ex
where coalesce(EXOCCUR, 'Y') <> 'N'
order by record
