"""What happened: a study's records as declared tables, every row with its source.

Whatever produces patients (workbook, CSV, SDTM, somebody else's table) produces the tables
declared in `tables.toml` and nothing else.
"""
