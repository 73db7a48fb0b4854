"""Injury and failure of the liver after treatment: Hy's law, also by baseline; ALF and ACLF.

Rules (`limits.csv` holds every number with its source; `derive/adlbhy.sql` applies them)
-----------------------------------------------------------------------------------------
Hy's law          ALT or AST >= 3 x ULN, bilirubin > 2 x ULN on that day or within 30 days after,
                  alkaline phosphatase < 2 x ULN on that day [fda2009]
abnormal baseline where the baseline of a test was above its upper limit, multiples of that baseline
                  stand for multiples of ULN: ALT or AST > 3 x baseline [nash2011, Table 5],
                  bilirubin > 2 x baseline (our choice: the same multiple)
acute liver       INR >= 1.5 and encephalopathy of any grade, higher than at baseline [polson2005]
failure
acute-on-chronic  bilirubin >= 5 mg/dL and INR >= 1.5, with ascites or encephalopathy worse than at
liver failure     baseline within 28 days [sarin2019]

Choices: the definition of acute liver failure excludes cirrhosis, which most patients with this
cancer have, so the second definition stands beside it; both look at days after the first treatment.
INR and the signs of the liver count together within 7 days. A law is met, not met, or unknown: it
is not met only where no value could make it so. A high ALT, AST or INR whose partner was not taken
in those days leaves it open, as does a bilirubin above its limit without ALT or AST in the 30 days
before it, or encephalopathy without INR. Neither names a cause: embolization itself raises
transaminases, and the tumour raises bilirubin. FDA says "without initial findings of
cholestasis"; 2 x ULN of alkaline phosphatase is its usual reading, from memory. FDA, AASLD and
APASL were read as quoted elsewhere, not in the originals. APASL is about benign liver disease; the
cancer that is treated here would itself be a reason to stand aside.
"""
