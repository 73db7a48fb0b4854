"""The report as Word: real tables, caption fields, cross-references; no macros, no links out."""
