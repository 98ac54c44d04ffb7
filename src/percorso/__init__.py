"""Percorso: one path per person, from an event at a touchpoint to an answer to the person."""

__version__ = "0.1.0"
