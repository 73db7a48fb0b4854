"""A copy of a study that may leave the hospital: keyed pseudonyms, shifted dates, no free text."""
