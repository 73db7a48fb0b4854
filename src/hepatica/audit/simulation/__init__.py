"""Made trials, the papers that tell them truly, and slips of the pen: what a check is tried on.

A true paper is one whose every number follows from patients that exist, rounded as journals round.
On such a paper no check may claim a contradiction; with one number changed, some should.
"""
