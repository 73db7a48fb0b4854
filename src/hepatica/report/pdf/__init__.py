"""The report as PDF/A: the document's values as JSON, laid out by one fixed typst template."""
