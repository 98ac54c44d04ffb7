"""Three clicks and more on one element within a second."""

from typing import Any

from percorso.insight.friction.signal import Signal, in_turn, marks, soon_after
from percorso.insight.friction.signals.clicks import NAMES, READS, clicks


def find(events: Any) -> Any:
    rows = clicks(events)
    third = rows.occurred_at.lag(2).over(in_turn(rows, rows.element))
    hit = rows.element.notnull() & soon_after(rows, third, seconds=1)
    return marks(rows, hit=hit, subject=rows.element)


SIGNAL = Signal(
    id="rage_click",
    name={"it": "Clic di rabbia", "en": "Rage clicks"},
    about={
        "it": "Tre clic sullo stesso elemento in un secondo: si clicca e non succede ciò che ci si aspetta",
        "en": "Three clicks on one element within a second: people click and what they expect does not happen",
    },
    action={
        "it": "Provare l'elemento sui dispositivi degli esempi: renderlo più veloce, o far vedere subito che il clic è arrivato.",
        "en": "Try the element on the devices of the examples: make it faster, or show at once that the click was taken.",
    },
    find=find,
    names=NAMES,
    reads=READS,
)
