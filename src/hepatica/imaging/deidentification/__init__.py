"""De-identification on import: a copy of a DICOM tree under a key, with nothing of whose it is.

What stays is listed (`profile.toml`), and what is not listed goes. Pseudonyms and shifts of dates
are those of `hepatica export --redact` under the same key (`core.disguise`).
"""
