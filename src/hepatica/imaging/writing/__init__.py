"""Writing scans and what was measured: DICOM SEG and SR, NIfTI."""
