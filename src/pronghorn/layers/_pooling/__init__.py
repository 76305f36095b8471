"""Layers that make one value of a whole axis."""
