"""What it means: records become analysis datasets, each value with its reason and source."""
