"""Abandonment: the share of offered calls that were given up before an answer."""

from collections.abc import Mapping
from typing import Any

from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.offered import share_of_calls


def variant(name: str | None, from_s: float, title: Mapping[str, str], said: Mapping[str, str]) -> Definition:
    """`from_s`: who gives up sooner does not count at all."""

    def of(calls: Any) -> Any:
        return calls.answered | (from_s <= 0.0) | (calls.wait_s > from_s)

    return share_of_calls(
        kpi="abandonment",
        variant=name,
        of=of if from_s > 0.0 else lambda calls: calls.answered.notnull(),
        met=lambda calls: ~calls.answered,
        better="lower",
        name=title,
        about={
            "it": f"Quota delle chiamate offerte a cui la persona ha rinunciato prima della risposta{said['it']}. Ogni chiamata "
            "conta una volta, alla data in cui si conclude. Intervallo al 95 %: Wilson.",
            "en": f"Share of the offered calls that were given up before an answer{said['en']}. Each call counts once, dated by "
            "its outcome. 95 % interval: Wilson.",
        },
        edges={
            "it": "Chi rinuncia e richiama subito sono due chiamate. Una chiamata ancora in coda non conta.",
            "en": "Who gives up and calls again at once makes two calls. A call still in the queue does not count.",
        },
    )


DEFINITION = variant(None, 0.0, {"it": "Abbandono", "en": "Abandonment"}, {"it": "", "en": ""})
VARIANTS = (
    DEFINITION,
    variant(
        "abandonment_after_5s",
        5.0,
        {"it": "Abbandono dopo 5 secondi", "en": "Abandonment after 5 seconds"},
        {"it": "; chi riaggancia entro 5 secondi non conta", "en": "; who hangs up within 5 seconds does not count"},
    ),
)
