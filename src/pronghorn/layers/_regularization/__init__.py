"""Layers that act while training only: noise, masks, and a penalty on what passes."""
