"""Eligibility in three values: what the protocol asks against what is on record.

The protocol's own expressions (`study/criterion.py`) are evaluated; nothing here knows a trial.

How a comparison is decided
---------------------------
- A fact counts where it lies in the window, [reference day - window_days, reference day]; the last
  one decides. Outside it, without a date, or with a date known to the month whose days do not all
  lie in the window: UNKNOWN, and the reason gives the distance in days.
- Numbers are compared exactly (decimal), in the unit of the report: the threshold is converted
  once, 2.0 mg/dL = 34.208 umol/L, so that 34.2 is below and 34.21 is not. "x ULN" multiplies the
  upper limit of the same row; without one: UNKNOWN.
- A reported limit ("< 50") decides where every number it could mean agrees, else UNKNOWN.
- "within-days" and a lookback for other malignancies hold where an event of the records reaches
  into the period for certain; they are denied only by a statement ("none up to that day") that is
  no older than `statement.csv` says, and where no event may reach into it; else UNKNOWN. Silence
  is no denial.
- Medication that changes what a value means (`confounder.csv`) makes it UNKNOWN.

How comparisons are joined (Kleene)
-----------------------------------
==========  ================================================================================
all         FALSE where any is FALSE, else UNKNOWN where any is UNKNOWN, else TRUE
any         TRUE where any is TRUE, else UNKNOWN where any is UNKNOWN, else FALSE
not         TRUE and FALSE change places, UNKNOWN stays
==========  ================================================================================
An inclusion criterion that holds is a PASS; an exclusion criterion that holds is a FAIL. PASS
always means eligible. A subject FAILs where any criterion fails, else is UNKNOWN where any is,
else PASSes. A comparison that every value would satisfy is UNKNOWN all the same without a value.

Source: three-valued logic as in Kleene, Introduction to Metamathematics, 1952, section 64 [from
memory]; windows, statements and confounders are our choices, each in its file.
"""
