"""`hepatica image`: what scans show, as rows of the records; the group of its commands."""

from __future__ import annotations

import click


@click.group()
def image() -> None:
    """Index, measure, fit and process scans (needs hepatica[imaging])."""
