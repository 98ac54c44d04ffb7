"""A caller gives up before anybody answers."""

from typing import Any

from percorso.insight.friction.signal import Signal, marks
from percorso.model.condition_expr import property_text

GAVE_UP, ANSWERED = "Call Abandoned", "Call Answered"


def find(events: Any) -> Any:
    rows = events.filter(events.name.isin((GAVE_UP, ANSWERED)))
    return marks(rows, hit=rows.name == GAVE_UP, subject=property_text(rows, "queue"))


SIGNAL = Signal(
    id="call_abandoned",
    name={"it": "Chiamata abbandonata", "en": "Call given up"},
    about={
        "it": "Chi riaggancia prima che qualcuno risponda, a confronto con chi ha avuto risposta",
        "en": "People who hang up before anybody answers, compared with those who were answered",
    },
    action={
        "it": "Richiamare entro il giorno chi ha riagganciato, e coprire le ore in cui succede.",
        "en": "Call back within the day those who hung up, and staff the hours in which it happens.",
    },
    find=find,
    names=(GAVE_UP, ANSWERED),
    reads=("queue",),
)
