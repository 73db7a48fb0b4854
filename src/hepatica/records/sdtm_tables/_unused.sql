-- What the tables leave aside, counted, so that nothing is dropped in silence.
select 'tr' as src, 'results of no single lesion, such as sums' as what, count(*) as records
from tr where TRLNKID is null and coalesce(TRTESTCD, '') not in ('LESNUM', 'LARGEST')
union all
select 'tr', 'perpendiculars of lesions that are no lymph node', count(*)
from tr
left join tumour
    on tumour.USUBJID = tr.USUBJID and tumour.link = tr.TRLNKID
    and tumour.reader is not distinct from reader_of(TREVAL, TREVALID)
where TRTESTCD = 'LPERP' and not coalesce(tumour.node, false)
union all
select 'tr', 'tests of tumours that no column holds', count(*)
from tr
where TRLNKID is not null and TRTESTCD not in (
    'LDIAM', 'DIAMETER', 'LPERP', 'SAXIS', 'VDIAM', 'VLDIAM', 'VPERP', 'TUMSTATE'
)
union all
select 'tu', 'identifications of another kind than TUMIDENT', count(*)
from tu where TUTESTCD <> 'TUMIDENT' and upper(coalesce(TUSTRESC, TUORRES, '')) not like 'NEW%'
union all
select 'rs', 'assessments of another kind than response', count(*)
from rs
where RSTESTCD not in ('OVRLRESP', 'TRGRESP', 'NTRGRESP', 'NEWLPROG', 'ECOG101')
    and not is_child_pugh(RSCAT, RSTESTCD) and not is_bclc(RSCAT, RSTESTCD)
union all
select 'qs', 'answers other than ECOG and Child-Pugh', count(*)
from qs where QSTESTCD <> 'ECOG101' and not is_child_pugh(QSCAT, QSTESTCD)
union all
select 'fa', 'findings other than ascites and encephalopathy', count(*)
from fa
where coalesce(FATESTCD, '') <> 'ELIG'
    and not regexp_matches(upper(concat_ws(' ', FATESTCD, FAOBJ)), '\bASCITES\b|ENCEPH')
union all
select 'lb', 'results in words, or not done', count(*)
from lb where not coalesce(is_number(coalesce(LBORRES, LBSTRESC)), false)
union all
select 'vs', 'results in words, or not done', count(*)
from vs where not coalesce(is_number(coalesce(VSORRES, VSSTRESC)), false)
union all
select 'ds', 'milestones and screening failures', count(*)
from ds
where coalesce(upper(DSCAT), 'DISPOSITION EVENT') = 'PROTOCOL MILESTONE'
    or upper(coalesce(DSDECOD, '')) in ('SCREEN FAILURE', 'SCREENING FAILURE')
union all
select 'mh', 'conditions that did not occur, or were not asked', count(*)
from mh where coalesce(MHOCCUR, 'Y') = 'N' or MHSTAT is not null
union all
select 'cm', 'medications that were not taken, or not asked', count(*)
from cm where coalesce(CMOCCUR, 'Y') = 'N' or CMSTAT is not null
