-- Quantities measured on images (custom domain XI); without a result, the reason says why.
select
    'xi' as src,
    record,
    XISEQ as seq,
    USUBJID as subject,
    XIDTC as date,
    XITESTCD as test,
    XILOC as region,
    coalesce(XIORRES, XISTRESC) as value,
    case when XIORRES is null and XISTRESC is not null then XISTRESU else XIORRESU end as unit,
    SUPP_LOWER as lower,
    SUPP_UPPER as upper,
    XIREASND as reason,
    XIMETHOD as modality,
    SUPP_PHASE as phase,
    SUPP_SCANNER as scanner,
    SUPP_KERNEL as kernel,
    SUPP_SLICE as slice_mm,
    SUPP_DELAY as delay_s,
    SUPP_BOLUS as bolus_hu,
    XIREFID as series,
    SUPP_SLICENO as slice,
    SUPP_ENDPTS as endpoints,
    SUPP_METHOD as method,
    SUPP_FLAGS as flags,
    reader_of(XIEVAL, XIEVALID) as reader
from xi
order by record
