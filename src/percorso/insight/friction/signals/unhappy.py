"""A low score, or a complaint in words."""

from typing import Any

import ibis

from percorso.insight.friction.scores import is_low
from percorso.insight.friction.signal import Signal, marks
from percorso.model.condition_expr import property_number

NAMES = ("Survey Answered", "Product Reviewed", "Review Posted")


def find(events: Any) -> Any:
    """Answers and reviews; low is a score of at most six tenths of its scale."""
    rows = events.filter(events.name.isin(NAMES))
    rating = property_number(rows, "rating")
    rows = rows.mutate(
        score=ibis.coalesce(rows.score, rating),
        scale=ibis.ifelse(rows.score.isnull() & rating.notnull(), ibis.literal(5.0, "float64"), rows.scale),
    ).filter(lambda row: row.score.notnull())
    return marks(rows, hit=is_low(rows), subject=rows.survey_kind)


SIGNAL = Signal(
    id="unhappy",
    name={"it": "Voto basso", "en": "Low score"},
    about={
        "it": "Chi dà un voto basso, a confronto con chi nello stesso sondaggio ne dà uno alto",
        "en": "People who give a low score, compared with those who give a high one in the same survey",
    },
    action={
        "it": "Rispondere entro un giorno a chi ha dato un voto basso, e leggere i commenti degli esempi per trovarne la causa.",
        "en": "Answer within a day those who gave a low score, and read the comments of the examples to find the cause.",
    },
    find=find,
    names=NAMES,
    reads=("score", "scale", "kind", "rating"),
    outcomes=("lost", "contact"),
)
