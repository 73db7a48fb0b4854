"""The page and the files of an audit of published claims."""
