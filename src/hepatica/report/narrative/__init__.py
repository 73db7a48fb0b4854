"""Methods and Results in sentences: each number is linked to its row of the results table."""
