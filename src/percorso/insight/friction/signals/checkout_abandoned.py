"""A checkout is begun and left: no order, and no error either."""

from typing import Any

import ibis

from percorso.insight.friction.signal import Signal, marks

STARTED, ENDED = "Checkout Started", ("Order Completed", "Checkout Failed", "Payment Failed")
HOURS = 1


def find(events: Any) -> Any:
    """Checkouts; one is left when its person neither bought nor met an error within the hour."""
    rows = events.filter(events.name.isin((STARTED, *ENDED)))
    order = [rows.occurred_at, rows.tie, rows.message_id]
    along = ibis.window(group_by=rows.person_id, order_by=order, rows=(1, None))
    ends = ibis.ifelse(rows.name.isin(ENDED), rows.occurred_at, ibis.null("timestamp"))
    started = rows.mutate(ended=ends.min().over(along)).filter(lambda row: row.name == STARTED)
    goes_on = started.ended <= started.occurred_at + ibis.interval(hours=HOURS)
    return marks(started, hit=~ibis.coalesce(goes_on, ibis.literal(False)))


SIGNAL = Signal(
    id="checkout_abandoned",
    name={"it": "Cassa abbandonata", "en": "Checkout left"},
    about={
        "it": "Chi comincia a pagare e se ne va, senza che risulti un errore: si guarda se poi ci contatta o dà un voto basso",
        "en": "People who begin to pay and leave, with no error on record: whether they get in touch or give a low score after",
    },
    action={
        "it": "Chiedere una sola cosa a chi lascia la cassa: che cosa è mancato. Intanto tenere il carrello pronto.",
        "en": "Ask those who leave one thing: what was missing. Until then keep the cart ready for them.",
    },
    find=find,
    names=(STARTED, *ENDED),
    outcomes=("contact", "low"),
)
