-- AE by its dictionary term; the grade is the figure of AETOXGR.
select
    'ae' as src,
    record,
    AESEQ as seq,
    USUBJID as subject,
    coalesce(AEDECOD, AETERM) as term,
    coalesce(AEBODSYS, AESOC) as system_organ_class,
    coalesce(nullif(regexp_extract(AETOXGR, '^(?:GRADE )?([0-9])$', 1), ''), AETOXGR) as grade,
    AESEV as severity,
    AESTDTC as start_date,
    AEENDTC as end_date,
    AESER as serious,
    AEREL as related,
    AEOUT as outcome
from ae
order by record
