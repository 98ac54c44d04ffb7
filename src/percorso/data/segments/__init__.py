"""Segments: what is folded for them, and who is in."""
