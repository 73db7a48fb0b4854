"""Synthetic scans whose truth is known: seeded generators of volumes, vessels and curves."""
