"""A parcel comes after the day it was promised for."""

from typing import Any

import ibis

from percorso.insight.friction.signal import Signal, marks
from percorso.insight.seconds import epoch_s
from percorso.model.condition_expr import property_text, property_time

NAMES = ("Order Delivered", "Parcel Delivered")


def find(events: Any) -> Any:
    """Deliveries that were promised. People turn to us when the promise breaks, not when the parcel comes: the trouble
    begins at the promised time, or with the delivery when that was earlier."""
    rows = events.filter(events.name.isin(NAMES))
    rows = rows.mutate(
        promised=property_time(rows, "estimated_at"),
        came=ibis.coalesce(property_time(rows, "delivered_at"), rows.occurred_at.cast("timestamp('UTC')")),
        courier=property_text(rows, "courier"),
    ).filter(lambda row: row.promised.notnull())
    promised, occurred = epoch_s(rows.promised), epoch_s(rows.occurred_at)
    return marks(rows, hit=rows.came > rows.promised, subject=rows.courier, since=ibis.least(promised, occurred))


SIGNAL = Signal(
    id="late_delivery",
    name={"it": "Consegna in ritardo", "en": "Late delivery"},
    about={
        "it": "Pacchi arrivati dopo il giorno promesso, a confronto con quelli puntuali delle stesse settimane",
        "en": "Parcels that came after the promised day, compared with those on time in the same weeks",
    },
    action={
        "it": "Portare al corriere i numeri della zona e avvisare le persone prima che la promessa scada, non dopo.",
        "en": "Take the figures of the region to the courier, and tell people before the promise breaks, not after.",
    },
    find=find,
    names=NAMES,
    reads=("estimated_at", "delivered_at", "courier"),
)
