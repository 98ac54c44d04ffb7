"""The steps of a visit to the website or the app, as the signals of ways read them."""

from typing import Any

import ibis

from percorso.model.condition_expr import property_text

PAGES = ("Page Viewed", "Screen Viewed")
READS = ("path", "name")


def steps(events: Any) -> Any:
    """Events of the website and the app with ``step``: of a page its path, else what happened."""
    rows = events.filter(events.channel.isin(("web", "app")))
    page = ibis.ifelse(
        rows.name.isin(PAGES),
        ibis.coalesce(property_text(rows, "path"), property_text(rows, "name"), rows.touchpoint),
        ibis.null("string"),
    )
    return rows.select(
        *("seq", "person_id", "occurred_at", "tie", "message_id", "touchpoint", "local_date"),
        step=ibis.coalesce(page, rows.name),
    )
