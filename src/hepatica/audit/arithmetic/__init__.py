"""Arithmetic and agreement: what can be checked by hand, number by number, before any solver."""
