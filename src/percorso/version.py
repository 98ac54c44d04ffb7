"""The version of Percorso."""

__version__ = "0.1.0"
