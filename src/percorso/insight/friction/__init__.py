"""Friction: where paths hurt, what it costs, and how sure that is."""
