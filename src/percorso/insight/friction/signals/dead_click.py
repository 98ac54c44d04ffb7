"""A click after which nothing happens: the next thing that the person does there comes late, or is the same click again."""

from typing import Any

import ibis

from percorso.insight.friction.signal import Signal, in_turn, marks
from percorso.insight.friction.signals.clicks import NAMES, READS
from percorso.model.condition_expr import property_text

ANSWERS_S = 10
"""A page that has not answered for so long has not answered."""
VISIT_MINUTES = 30
"""Who does nothing more for so long has left: that is no dead click."""


def find(events: Any) -> Any:
    rows = events.filter(events.channel.isin(("web", "app")) | events.name.isin(NAMES))
    rows = rows.select(
        "seq", "person_id", "occurred_at", "tie", "message_id", "name", "touchpoint", "local_date", "properties"
    )
    after = rows.occurred_at.lead().over(in_turn(rows))
    clicked = rows.mutate(after=after).filter(lambda row: row.name.isin(NAMES))
    element = ibis.coalesce(*(property_text(clicked, name) for name in READS))
    slow = clicked.after > clicked.occurred_at + ibis.interval(seconds=ANSWERS_S)
    stays = clicked.after <= clicked.occurred_at + ibis.interval(minutes=VISIT_MINUTES)
    return marks(clicked, hit=slow & stays, subject=element)


SIGNAL = Signal(
    id="dead_click",
    name={"it": "Clic a vuoto", "en": "Dead clicks"},
    about={
        "it": "Un clic dopo il quale per dieci secondi non succede nulla, e la persona è ancora lì",
        "en": "A click after which nothing happens for ten seconds, while the person is still there",
    },
    action={
        "it": "Se l'elemento sembra un pulsante, farlo funzionare; se non lo è, non farlo sembrare tale.",
        "en": "If the element looks like a button, make it work; if it is none, do not let it look like one.",
    },
    find=find,
    names=NAMES,
    reads=READS,
)
