"""Layers that turn texts, categories and ranges of numbers into numbers, and what they share."""
