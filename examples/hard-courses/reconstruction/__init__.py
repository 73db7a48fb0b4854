"""The reconstruction of the BEVA-TACE records, one module a part of the record."""
