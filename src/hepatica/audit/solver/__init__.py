"""Is there any set of patients of whom all of this is true? Counts, ranks and OR-tools CP-SAT."""
