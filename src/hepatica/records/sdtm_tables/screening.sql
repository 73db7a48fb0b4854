-- Answers to questions of eligibility, as Hepatica's own export writes them (FATESTCD = ELIG).
select
    'fa' as src,
    record,
    FASEQ as seq,
    USUBJID as subject,
    FADTC as date,
    FAOBJ as item,
    coalesce(FASTRESC, FAORRES) as value,
    FASTRESU as unit
from fa
where FATESTCD = 'ELIG'
order by record
