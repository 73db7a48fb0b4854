"""Reading scans: DICOM series, NIfTI and NRRD as volumes, and the index of a folder of them."""
