"""Layers that scale by a mean, a variance or a norm."""
