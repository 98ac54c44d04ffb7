"""Somebody turns to us again about the same thing within a week."""

from typing import Any

import ibis

from percorso.insight.friction.signal import Signal, in_turn, marks, soon_after
from percorso.insight.friction.signals.contacts import NAMES, READS, contacts

DAYS = 7


def find(events: Any) -> Any:
    """Contacts; those within a week of one about the same. What names no subject is of one unnamed issue."""
    rows = contacts(events)
    issue = ibis.coalesce(rows.topic, "")
    before = rows.occurred_at.lag().over(in_turn(rows, issue))
    return marks(rows, hit=soon_after(rows, before, days=DAYS), subject=rows.topic)


SIGNAL = Signal(
    id="repeat_contact",
    name={"it": "Contatto ripetuto", "en": "Contact repeated"},
    about={
        "it": "Chi deve tornare sullo stesso argomento entro sette giorni, a confronto con chi ci scrive o chiama la prima volta",
        "en": "People who must come back about the same within seven days, compared with those who contact us for the first time",
    },
    action={
        "it": "Guardare negli esempi perché il primo contatto non è bastato, e dare a chi risponde ciò che gli mancava.",
        "en": "See in the examples why the first contact was not enough, and give those who answer what they lacked.",
    },
    find=find,
    names=NAMES,
    reads=READS,
    outcomes=("lost", "low"),
)
