"""Perfusion without a tracer model: enhancement fraction, maximum slope, angiography, attenuation.

Relative numbers all of them: each says in its method to what it is relative, and what it is not.
"""
