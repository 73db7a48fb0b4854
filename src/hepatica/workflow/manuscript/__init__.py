"""A manuscript's claims against the study's own records: what is equal, different, not compared."""
