"""Lesions: diameters, viable part, volumes and their pictures.

`diameter` measures an outline; `viability` says which of its voxels enhance; `line` finds the
longest line that crosses no necrosis; `measure` puts them together for every lesion of a patient.
"""
