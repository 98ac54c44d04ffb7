"""A form is begun and never sent."""

from typing import Any

import ibis

from percorso.insight.friction.signal import Signal, marks
from percorso.model.condition_expr import property_text

STARTED, SENT = "Form Started", "Form Submitted"
READS = ("form", "form_id")
HOURS = 1


def find(events: Any) -> Any:
    """Forms; one is left when its person did not send the same one within the hour."""
    rows = events.filter(events.name.isin((STARTED, SENT)))
    rows = rows.mutate(form=ibis.coalesce(*(property_text(rows, name) for name in READS), rows.touchpoint))
    order = [rows.occurred_at, rows.tie, rows.message_id]
    along = ibis.window(group_by=[rows.person_id, rows.form], order_by=order, rows=(1, None))
    sent = ibis.ifelse(rows.name == SENT, rows.occurred_at, ibis.null("timestamp"))
    begun = rows.mutate(sent=sent.min().over(along)).filter(lambda row: row.name == STARTED)
    goes_on = begun.sent <= begun.occurred_at + ibis.interval(hours=HOURS)
    return marks(begun, hit=~ibis.coalesce(goes_on, ibis.literal(False)), subject=begun.form)


SIGNAL = Signal(
    id="form_abandoned",
    name={"it": "Modulo abbandonato", "en": "Form left"},
    about={
        "it": "Chi comincia un modulo e non lo invia entro un'ora, a confronto con chi lo invia",
        "en": "People who begin a form and do not send it within the hour, compared with those who do",
    },
    action={
        "it": "Togliere i campi che non servono e salvare ciò che è già scritto.",
        "en": "Take out the fields that nobody needs, and keep what is written already.",
    },
    find=find,
    names=(STARTED, SENT),
    reads=READS,
)
