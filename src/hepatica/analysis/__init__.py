"""How sure are we: analysis datasets become one long table of results."""
