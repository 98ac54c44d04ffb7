"""Paths: in which order people did what, per person or per visit, all from one ordered reading of the events."""
