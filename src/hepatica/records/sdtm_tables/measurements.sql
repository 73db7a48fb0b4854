-- Results of one lesion, day and reader side by side. Longest diameter: LDIAM, else DIAMETER;
-- short axis of a node: SAXIS, else LPERP, else DIAMETER (RECIST 1.1 measures nodes so; a
-- sponsor's DIAMETER may be either). A result NOT DONE says the lesion was not evaluable.
with result as (
    select
        tr.record,
        tr.TRSEQ,
        tr.USUBJID,
        tr.TRLNKID,
        TRTESTCD,
        day_of(TRDTC, visit_day.day) as day,
        flag_of(TRDTC, visit_day.day) as flag,
        reader_of(TREVAL, TREVALID) as reader,
        coalesce(tumour.node, false) as node,
        coalesce(TRSTRESC, TRORRES) as text,
        case
            when not is_number(coalesce(TRSTRESC, TRORRES)) then null
            when lower(coalesce(TRSTRESU, TRORRESU)) = 'cm'
                then cast(try_cast(coalesce(TRSTRESC, TRORRES) as double) * 10 as varchar)
            else coalesce(TRSTRESC, TRORRES)
        end as size,
        TRSTAT,
        TRREASND,
        TRACPTFL,
        SUPP_LIPOBSC,
        TRREFID,
        SUPP_SLICENO,
        SUPP_ENDPTS,
        SUPP_CONVENT,
        row_number() over (
            partition by tr.USUBJID, TRLNKID, TREVAL, TREVALID, TRTESTCD,
                day_of(TRDTC, visit_day.day)
            order by tr.record
        ) as copy
    from tr
    left join visit_day using (USUBJID, VISITNUM)
    left join tumour
        on tumour.USUBJID = tr.USUBJID and tumour.link = tr.TRLNKID
        and tumour.reader is not distinct from reader_of(TREVAL, TREVALID)
    where TRLNKID is not null
        and upper(coalesce(TRGRPID, '')) not like 'NEW%'
        and not coalesce(tumour.is_new, false)
        and TRTESTCD in (
            'LDIAM', 'DIAMETER', 'LPERP', 'SAXIS', 'VDIAM', 'VLDIAM', 'VPERP', 'TUMSTATE'
        )
),
side_by_side as (
    select
        min(record) as record,
        min(try_cast(TRSEQ as bigint)) as seq,
        USUBJID,
        TRLNKID,
        day,
        any_value(flag) as flag,
        reader,
        bool_or(node) as node,
        any_value(size) filter (where TRTESTCD = 'LDIAM') as ldiam,
        any_value(size) filter (where TRTESTCD = 'DIAMETER') as diameter,
        any_value(size) filter (where TRTESTCD = 'LPERP') as lperp,
        any_value(size) filter (where TRTESTCD = 'SAXIS') as saxis,
        any_value(size) filter (where TRTESTCD in ('VDIAM', 'VLDIAM')) as vdiam,
        any_value(size) filter (where TRTESTCD = 'VPERP') as vperp,
        any_value(text) filter (where size is null) as state,
        bool_or(TRSTAT = 'NOT DONE') as not_done,
        any_value(TRREASND) as reason,
        any_value(SUPP_LIPOBSC) as obscured,
        any_value(TRACPTFL) as accepted,
        any_value(TRREFID) as series,
        any_value(SUPP_SLICENO) as slice,
        any_value(SUPP_ENDPTS) as endpoints,
        any_value(SUPP_CONVENT) as convention
    from result
    group by USUBJID, TRLNKID, day, reader, copy
)
select
    'tr' as src,
    record,
    seq,
    USUBJID as subject,
    day as date,
    flag as date_imputed,
    TRLNKID as lesion,
    case when node then ldiam else coalesce(ldiam, diameter) end as diameter_mm,
    vdiam as viable_mm,
    case when node then coalesce(saxis, lperp, diameter) else saxis end as short_axis_mm,
    vperp as viable_perpendicular_mm,
    case
        when state is not null then status_of(state)
        when not_done and coalesce(ldiam, diameter, lperp, saxis, vdiam) is null
            then 'not evaluable'
    end as status,
    reason,
    obscured as lipiodol_obscured,
    reader,
    accepted,
    series,
    slice,
    endpoints,
    convention
from side_by_side
order by record
