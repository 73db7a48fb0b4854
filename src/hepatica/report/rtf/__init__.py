"""Tables of the report as RTF, one file a table, by an own small writer."""
