"""Something fails on the website or in the app, and the person takes another channel the same day."""

from typing import Any

import ibis

from percorso.insight.friction.signal import Signal, marks
from percorso.insight.friction.signals import contacts
from percorso.insight.friction.signals.failures import FAILED, READS, error_of

DIGITAL = ("web", "app")


def find(events: Any) -> Any:
    """Failures of the website and the app; those after which the person calls, writes or chats on the same day."""
    rows = events.filter(events.name.isin((*FAILED, *contacts.NAMES)))
    order = [rows.occurred_at, rows.tie, rows.message_id]
    along = ibis.window(group_by=[rows.person_id, rows.local_date], order_by=order, rows=(1, None))
    turned = ibis.ifelse(rows.name.isin(contacts.NAMES), 1, 0).cast("int64")
    failed = rows.mutate(turned=turned.sum().over(along)).filter(
        lambda row: row.name.isin(FAILED) & row.channel.isin(DIGITAL)
    )
    return marks(failed, hit=failed.turned > 0, subject=error_of(failed))


SIGNAL = Signal(
    id="channel_jump",
    name={"it": "Cambio di canale dopo un errore", "en": "Another channel after a failure"},
    about={
        "it": "Dopo un errore sul sito o nell'app la persona chiama o scrive lo stesso giorno",
        "en": "After an error on the website or in the app the person calls or writes the same day",
    },
    action={
        "it": "Dare a chi risponde ciò che è appena successo sul sito, perché nessuno debba raccontarlo di nuovo.",
        "en": "Show whoever answers what has just happened on the website, so that nobody has to tell it again.",
    },
    find=find,
    names=(*FAILED, *contacts.NAMES),
    reads=READS,
    outcomes=("lost", "low"),
)
