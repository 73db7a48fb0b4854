"""CDISC files of a study: SAS transport, Dataset-JSON, define.xml, analysis results, SDTM."""
