"""Somebody searches and finds nothing."""

from typing import Any

from percorso.insight.friction.signal import Signal, marks
from percorso.model.condition_expr import property_number

NAMES = ("Products Searched", "Help Searched")


def find(events: Any) -> Any:
    searches = events.filter(events.name.isin(NAMES))
    return marks(searches, hit=property_number(searches, "results") == 0)


SIGNAL = Signal(
    id="search_without_result",
    name={"it": "Ricerca senza risultati", "en": "Search without result"},
    about={
        "it": "Chi cerca e non trova nulla, a confronto con chi cerca e trova",
        "en": "People who search and find nothing, compared with those who search and find",
    },
    action={
        "it": "Leggere le ricerche degli esempi: aggiungere i sinonimi che mancano e portare a chi compra quelle che chiedono "
        "un prodotto che non abbiamo.",
        "en": "Read the searches of the examples: add the missing synonyms, and take to the buyers those that ask for a "
        "product we do not have.",
    },
    find=find,
    names=NAMES,
    reads=("results",),
)
