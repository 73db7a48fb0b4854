"""Tumour response from lesion sizes: RECIST 1.0, RECIST 1.1, mRECIST and EASL, one text for all.

Publications
------------
RECIST 1.0   Therasse et al., J Natl Cancer Inst 2000;92:205-216
RECIST 1.1   Eisenhauer et al., Eur J Cancer 2009;45:228-247; questions and clarifications of the
             EORTC RECIST group (recist.eortc.org)
mRECIST      Lencioni and Llovet, Semin Liver Dis 2010;30:52-60; Llovet and Lencioni, J Hepatol
             2020;72:288-306; table as reprinted in the Korean guideline 2022 (PMC9747269, Table 11)
EASL         Bruix et al., J Hepatol 2001;35:421-430; table as reprinted in PMC3094725, Table 1

The rule in one table (BL = baseline sum, nadir = smallest earlier complete sum, BL included)
---------------------------------------------------------------------------------------------
==========  =====================  ==========  ================================  ==============
criterion   measured per target    PR          PD                                CR
==========  =====================  ==========  ================================  ==============
RECIST1.0   longest diameter       <= 0.7 BL   >= 1.2 nadir                      all gone
RECIST1.1   longest diameter,      <= 0.7 BL   >= 1.2 nadir and >= 5 mm more     all gone, nodes
            nodes: short axis                                                    < 10 mm
mRECIST     longest viable         <= 0.7 BL   >= 1.2 nadir                      no viable part,
            diameter, nodes:                                                     nodes < 10 mm
            short axis                                                           (hilum < 20 mm)
EASL        viable diameter times  <= 0.5 BL   >  1.25 nadir                     no viable part
            its perpendicular
==========  =====================  ==========  ================================  ==============
Order: growth after a CR, CR, PD against the nadir, NE, PR against baseline, SD. PD wins over PR.
Sums are integers (micrometres, or their squares), so that 60 against 50 mm is exactly 20 %.
The numbers stand in `criterion`, the target rule in `target`, the 17-row matrix in `overall`.

Choices where the publications are silent
-----------------------------------------
- A sum counts, and may become the nadir, only when every baseline target was evaluable. With one
  missing the response is NE, unless the evaluable ones alone, the missing taken as 0, already
  reach PD; normal nodes alone never do. An NE visit leaves the nadir as it was.
- A baseline target without a size leaves no baseline sum: NE throughout (new lesions and
  non-targets can still decide PD). Targets that are no disease at baseline cannot reach CR: NE.
- After a CR (overall, or a nadir of 0) any target that is disease again is PD, whatever the sum
  (EORTC clarification); a node is disease again at its limit, not below.
- 'too small' counts 5 mm where no size was given (EASL 5 x 5 mm2), in RECIST 1.0 as well.
- 'absent' beside a size that the criterion reads as disease contradicts itself: not evaluable.
  (mRECIST: 'absent' beside a diameter alone is a mass without viable part, 0.)
- 'lipiodol obscured' with a viable part of 0 is not evaluable for mRECIST and EASL: what cannot
  be seen has not gone. A viable part above 0 (MRI) counts.
- EASL: a viable diameter beside a perpendicular of 0 or none is not evaluable.
- A lesion of diameter 0 has no viable part and no short axis: 0, where these are not given.
- Nodes: RECIST 1.0 has no rule; we take the short axis, as the input format does, without the
  10 mm limit. EASL has none; we treat a node as any other lesion.
- Two rows for one lesion on one date: equal ones count once; one that is not evaluable (CT veiled
  by lipiodol) yields to the other (MRI); sizes or states that disagree make it not evaluable.
- One date is one visit, unless the protocol gives `merge_days`: scans up to so many days after
  the first of a visit belong to it, and it bears the first date.
- Parts of a split lesion are added, a merged one is measured once, by the reader, before entry.
- Non-targets: progressed in any is PD; else one not evaluated is NE (RECIST 1.1: 'not all
  evaluated'); else absent in all is CR; else NON-CR/NON-PD. A node below its limit is absent, and
  so, for mRECIST and EASL, is a non-target whose viable part is 0. A non-target first recorded
  after baseline counts from then on (and is a finding).
- A new lesion once confirmed stands at every later visit, and also, back-dated, from the first
  visit that showed it as equivocal: these earlier visits are recomputed. This is the only way in
  which a later scan changes an earlier response. 'absent' clears an equivocal lesion.
- mRECIST: a new lesion in the liver counts as equivocal while its recorded diameter is under
  10 mm. EASL publishes no size for a new lesion: the reader's word stands, as in RECIST.
- After the first PD later visits are assessed all the same, and flagged.
- An overall CR followed by a persisting non-target is PR by the matrix; a finding asks to check.
- The EORTC note that a PR may be carried on while neither PR nor PD is met is not followed: 71 mm
  against a baseline of 100 and a nadir of 60 mm is SD.

Not confirmed in the primary paper (known from secondary sources or memory)
---------------------------------------------------------------------------
the mRECIST limits of 20 mm (hilar node) and 10 mm (new nodule); the absence of a 5 mm rule in
mRECIST; EASL PD as > and not >= 25 % (WHO is quoted both ways); the row numbers 15 to 17.
Tumour markers are not asked for a CR; ascites and effusions are for the reader to judge.
"""
