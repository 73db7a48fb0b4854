-- One row of DM a subject. A screen failure is one by its arm, its reason of no arm, or DS.
with failure as (
    select USUBJID, any_value(DSTERM) as reason
    from ds
    where upper(DSDECOD) in ('SCREEN FAILURE', 'SCREENING FAILURE')
    group by USUBJID
),
exposed as (select distinct USUBJID from ex),
-- The cause of liver disease, as Hepatica's own export writes it.
cause as (
    select USUBJID, any_value(MHTERM) as aetiology
    from mh
    where upper(MHCAT) = 'CAUSE OF LIVER DISEASE'
    group by USUBJID
)
select
    'dm' as src,
    dm.record,
    null as seq,
    dm.USUBJID as subject,
    dm.SITEID as site,
    dm.SEX as sex,
    case when coalesce(upper(dm.AGEU), 'YEARS') like 'YEAR%' then dm.AGE end as age_years,
    dm.RACE as race,
    case when not failed then coalesce(dm.ARM, dm.ACTARM) end as arm,
    case when not failed then dm.ACTARM end as actual_arm,
    dm.RFICDTC as consent_date,
    coalesce(dm.SUPP_ENROLLED, case when failed then 'N' else 'Y' end) as enrolled,
    case when failed then coalesce(failure.reason, dm.ARMNRS, dm.ARM) end as screen_failure_reason,
    dm.SUPP_REFRDTC as refractory_date,
    dm.RFXSTDTC as treatment_start_date,
    cause.aetiology,
    coalesce(
        dm.SUPP_SAFETY,
        case when dm.RFXSTDTC is not null or exposed.USUBJID is not null then 'Y' else 'N' end
    ) as treated
from (
    select
        *,
        upper(coalesce(ARMCD, '')) in ('SCRNFAIL', 'NOTASSGN')
            or upper(coalesce(ARMNRS, '')) in ('SCREEN FAILURE', 'NOT ASSIGNED')
            or upper(coalesce(ARM, '')) in ('SCREEN FAILURE', 'NOT ASSIGNED')
            or USUBJID in (select USUBJID from failure) as failed
    from dm
) as dm
left join failure using (USUBJID)
left join exposed using (USUBJID)
left join cause using (USUBJID)
order by dm.record
