"""CTCAE 4.03 and 5.0: grades of laboratory results and vital signs, and the grades a term can have.

Publications: [ctcae403], [ctcae5]. The rule is `grade.sql`; `atoms.csv` holds every comparison of
every grade as one row, `terms.csv` every term with its MedDRA code, test, direction and grades,
`names.csv` other names of a term, `facts.csv` the words for what a rule asks besides the value.

The source column of `atoms.csv` and `terms.csv`: verified (the NCI table of version 5.0 and the
grading data of the R package admiral for both), memory (written from memory of the NCI text and not
confirmed), choice (CTCAE is silent; the choice is ours). Gaps of the printed text that are closed:
"125-129" reads < 130; "1.0-3.4" reads < 3.5. Where CTCAE prints a threshold in two units (calcium,
glucose, haemoglobin), the one of the laboratory's unit is used; all others are multiples or convert
exactly. Version 5.0 grades hyperglycaemia by its treatment, so a result above baseline has no grade
there. INR in 5.0: absolute limits without an anticoagulant, multiples of baseline with one.
"""
