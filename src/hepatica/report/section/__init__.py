"""Tables and texts of the report, one module a section; they read the results and nothing else."""
