"""TACE-refractory status by several definitions from one course of sessions and looks.

Definitions
-----------
====================  =========================================================================
seed                  after at least 2 consecutive sessions: target progression, a new lesion,
                      vascular invasion or extrahepatic metastasis [zhang2021]
JSH-LCSGJ-2014        any of: viable part over 50 % after each of 2 consecutive sessions; the
                      number of lesions up after each of 2 consecutive sessions; markers that
                      keep rising right after a session; vascular invasion; extrahepatic
                      spread (the last two after any session) [kudo2014]
EASL-2018             no substantial necrosis after 2 sessions; progression under retreatment;
                      untreatable progression (invasion, spread) [easl2018]
CCI-2021              at least 3 consecutive sessions, target progression after the last
====================  =========================================================================
Verified in the seed paper: its own definition. JSH-LCSGJ: the part of 50 % and 2 sessions is
verified in Yang 2022 (J Hepatocell Carcinoma 9:621), the rest is from memory. EASL (guideline of
2018) and CCI (Zhong, Ni and the Chinese College of Interventionalists) are from memory.

Choices where the definitions are silent
----------------------------------------
- Consecutive: no more than 183 days apart and no other treatment of the tumour between; a drug
  begun before without an end on record leaves it open. TACE twice on a day is one session.
- The 2 sessions of the seed are asked for every one of its clauses (strict reading);
  ``seed, 2 sessions for progression only`` is given beside it.
- Target progression: sum of the viable diameters, mRECIST, against the smallest sum before; with
  one target not measured it cannot be told. The days from session to scan are not limited.
- Over 50 % viable: the longest viable over the longest diameter of the worst treated lesion.
- Change of drug, new look at the feeders, technical success, standard technique: not on record,
  taken as done. EASL's loss of function with minor progression is not looked at.
- Markers keep rising: two samples in a row after a session, each above the one before the session,
  the second no lower than the first.
- EASL, progression under retreatment: target progression after the third or a later session, or
  after a second one of targets that had responded.
- Invasion or spread counts as new where an earlier record denies it, or the session's recorded
  outcome says so; seen for the first time without an earlier record it cannot be told.
- A recorded outcome of a session is evidence like a scan, without a date of its own.

The answer is Y, N or NE (not evaluable, with what is lacking). The rule walks along a patient's
sessions, so it is a plain function of one course (ADR 0001).
"""
