"""The other ends of sources: one file for each thing outside. Their libraries are loaded when such a source is there."""
