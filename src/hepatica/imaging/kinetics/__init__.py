"""Permeability kinetics: signal to concentration, arterial inputs, tracer models and their fits."""
