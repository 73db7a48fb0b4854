"""Vessels: centrelines, diameters at half maximum, tortuosity and density of a region's network.

From a mask (`ridge`) to a skeleton (`skeleton`), its graph (`graph`), centrelines put back into the
middle of the grey vessel (`centreline`, `section`), and what is told of them (`tortuosity`,
`network`, `assessment`). The choices stand in `rule.VesselRule`.
"""
