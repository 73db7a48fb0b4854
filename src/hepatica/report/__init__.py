"""Reports: results become tables, figures and documents. Only here does a number become text."""
