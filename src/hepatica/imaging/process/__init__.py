"""Batch: a tree of scans measured into the tables and pictures of a study.

`examination` groups series by subject and day, `material` reads one examination, `measurement`
measures it, `store` keeps what was measured, `pool` spreads the work, `batch` puts it together.
"""
