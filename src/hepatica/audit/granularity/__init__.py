"""Granularity: which means, deviations and shares whole numbers can have at all."""
