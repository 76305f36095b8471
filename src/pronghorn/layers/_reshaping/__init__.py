"""Layers that give the same numbers another shape."""
