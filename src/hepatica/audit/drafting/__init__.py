"""Draft a claims file from the text of a paper, for a person to correct."""
