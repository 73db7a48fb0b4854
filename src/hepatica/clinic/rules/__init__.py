"""Published clinical rules: one text each, headed by its citation and the choices made."""
