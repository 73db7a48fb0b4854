"""Hepatica."""
