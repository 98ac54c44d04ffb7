"""Clicks on elements of pages, as the signals of clicks read them."""

from typing import Any

import ibis

from percorso.model.condition_expr import property_text

NAMES = ("Element Clicked", "Button Clicked", "Link Clicked")
READS = ("element", "text", "url")


def clicks(events: Any) -> Any:
    """The clicks of people, with ``element``: what was clicked, null when the event does not say."""
    rows = events.filter(events.name.isin(NAMES))
    return rows.mutate(element=ibis.coalesce(*(property_text(rows, name) for name in READS)))
