"""Pillar 1: collect and unify. Raw items become events, identifiers become people."""
