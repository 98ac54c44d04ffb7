"""Segments over everybody at once."""
