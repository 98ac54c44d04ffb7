"""Pillar 2: understand. Tables in, tables out; folds of where people are and how they feel."""
