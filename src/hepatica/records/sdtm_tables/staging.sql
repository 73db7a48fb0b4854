-- The BCLC stage (RS) with its qualifiers, and what TR says of all liver lesions together: their
-- number (LESNUM) and the largest (LARGEST), side by side for a subject and day.
with said as (
    select 'rs' as src, record, RSSEQ as seq, USUBJID, RSDTC as dtc, 'stage' as what,
        coalesce(
            nullif(
                regexp_extract(upper(coalesce(RSSTRESC, RSORRES)), '^(?:BCLC )?(?:STAGE )?([0A-D])$', 1),
                ''
            ),
            RSSTRESC,
            RSORRES
        ) as result,
        SUPP_VASCINV as vascular, SUPP_NODMET as nodal, SUPP_DISTMET as distant
    from rs
    where is_bclc(RSCAT, RSTESTCD)
    union all
    select 'tr', record, TRSEQ, USUBJID, TRDTC, lower(TRTESTCD), coalesce(TRSTRESC, TRORRES),
        null, null, null
    from tr
    where TRLNKID is null and TRTESTCD in ('LESNUM', 'LARGEST')
),
counted as (
    select
        *,
        row_number() over (partition by USUBJID, dtc[:10], what order by src, record) as copy
    from said
)
select
    min_by(src, (src, record)) as src,
    min_by(record, (src, record)) as record,
    min_by(try_cast(seq as bigint), (src, record)) as seq,
    USUBJID as subject,
    dtc[:10] as date,
    any_value(result) filter (where what = 'stage') as bclc,
    any_value(result) filter (where what = 'lesnum') as lesion_number,
    any_value(result) filter (where what = 'largest') as largest_mm,
    any_value(vascular) as vascular_invasion,
    any_value(nodal) as nodal_metastasis,
    any_value(distant) as distant_metastasis
from counted
group by USUBJID, dtc[:10], copy
order by 1, 2
