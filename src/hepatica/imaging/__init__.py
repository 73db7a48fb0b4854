"""Imaging: from scans and outlines to measurements with their place, convention and limits.

A wing of its own (extra ``imaging``): pydicom, highdicom, nibabel and scikit-image are imported in
here and nowhere else. What it measures leaves as rows of the records (`imaging.quantity`), what is
looked at as small picture files (`imaging.picture`); ADR 0008.
"""
