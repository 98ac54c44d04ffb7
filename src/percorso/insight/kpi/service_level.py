"""Service level: the share of offered calls that were answered within so many seconds in the queue."""

from collections.abc import Mapping
from typing import Any

from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.offered import share_of_calls

_WITHIN = {"it": "Livello di servizio a {} secondi", "en": "Service level, {} seconds"}


def variant(name: str, within_s: float, *, of_answered: bool, title: Mapping[str, str]) -> Definition:
    of = {"it": "con risposta", "en": "answered calls"} if of_answered else {"it": "offerte", "en": "offered calls"}
    return share_of_calls(
        kpi="service_level",
        variant=name,
        of=(lambda calls: calls.answered & (calls.wait_s >= 0.0)) if of_answered else _all,
        met=lambda calls: calls.answered & (calls.wait_s <= within_s),
        better="higher",
        name=title,
        about={
            "it": f"Quota delle chiamate {of['it']} che hanno avuto risposta entro {within_s:.0f} secondi di coda. "
            "Intervallo al 95 %: Wilson.",
            "en": f"Share of the {of['en']} that were answered within {within_s:.0f} seconds in the queue. "
            "95 % interval: Wilson.",
        },
        edges={
            "it": "Sulle chiamate offerte chi rinuncia conta come mancato; sulle sole risposte non si vede.",
            "en": "Of the offered calls, one given up counts as missed; of the answered alone, it is not seen.",
        },
    )


def _all(calls: Any) -> Any:
    return calls.answered.notnull()


DEFINITION = variant(
    "service_level_20s", 20.0, of_answered=False, title={"it": "Livello di servizio", "en": "Service level"}
)
VARIANTS = (
    DEFINITION,
    variant(
        "service_level_30s",
        30.0,
        of_answered=False,
        title={language: text.format(30) for language, text in _WITHIN.items()},
    ),
    variant(
        "service_level_20s_answered",
        20.0,
        of_answered=True,
        title={"it": "Risposte entro 20 secondi", "en": "Answers within 20 seconds"},
    ),
)
