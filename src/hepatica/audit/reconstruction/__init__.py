"""From a data set to a study folder: records that give the claims' numbers back."""
