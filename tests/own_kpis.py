"""KPIs of a company's own, one of each measure, over the events of tests/kpi_events.py."""

from collections.abc import Mapping
from typing import Any

from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.own import definition
from percorso.model.own_kpi import Published, read_own

ANSWERED = {"field": "name", "is": "Survey Answered"}
ORDERED = {"field": "name", "is": "Order Completed"}

WRITTEN: Mapping[str, Mapping[str, Any]] = {
    "many_answers": {"measure": "count", "events": ANSWERED},
    "good_answers": {"measure": "share", "events": ANSWERED, "met": {"field": "properties.score", "at_least": 4}},
    "turnover": {
        "measure": "sum",
        "events": ORDERED,
        "value": "properties.revenue",
        "unit": "money",
        "currency": "EUR",
    },
    "mean_answer": {
        "measure": "mean",
        "events": {"all": [ANSWERED, {"not": {"field": "properties.kind", "is": "nps"}}]},
        "value": "properties.score",
        "unit": "score",
    },
    "long_talks": {
        "measure": "quantile",
        "events": {"field": "name", "in": ["Call Ended", "Call Answered"]},
        "value": "properties.talk_s",
        "unit": "seconds",
        "quantile": 0.9,
        "step": 5,
    },
}


def written(kpi: str, **changes: Any) -> dict[str, Any]:
    """One of them as a company writes it."""
    name = kpi.replace("_", " ")
    return {"kpi": kpi, "name": {"it": name, "en": name}, "better": "higher", **WRITTEN[kpi], **changes}


def defined(kpi: str, version: int = 1, **changes: Any) -> Definition:
    """One of them as a definition."""
    own = read_own(written(kpi, **changes))
    return definition(Published(own=own, version=version, published_at=0, by="test"))
