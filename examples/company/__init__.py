"""The example company: an Italian coffee roaster, simulated from a seed, with planted and written-down truths."""

from .simulate import DEFAULT_PEOPLE, DEFAULT_SEED, Year, events, live
from .world import Item

__all__ = ["DEFAULT_PEOPLE", "DEFAULT_SEED", "Item", "Year", "events", "live"]
