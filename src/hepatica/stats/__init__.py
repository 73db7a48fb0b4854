"""Statistics: estimators on plain NumPy arrays, held to R. Knows no study, file or database."""
