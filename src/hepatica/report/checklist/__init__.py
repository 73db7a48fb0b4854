"""Reporting checklists (TREND, STROBE): what in this report answers each item, and what not."""
