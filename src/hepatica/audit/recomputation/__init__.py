"""Numbers of a paper computed again from other numbers of the same paper."""
