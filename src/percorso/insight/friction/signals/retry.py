"""The same thing fails again."""

from typing import Any

from percorso.insight.friction.signal import Signal, in_turn, marks, soon_after
from percorso.insight.friction.signals.failures import FAILED, READS, failures


def find(events: Any) -> Any:
    """Failures; those that come within a day of the same failure are the retries."""
    rows = failures(events)
    before = rows.occurred_at.lag().over(in_turn(rows, rows.name))
    return marks(rows, hit=soon_after(rows, before, days=1), subject=rows.error)


SIGNAL = Signal(
    id="retry",
    name={"it": "Nuovo tentativo fallito", "en": "Failed again"},
    about={
        "it": "La stessa cosa fallisce di nuovo entro un giorno, a confronto con chi l'ha vista fallire una volta sola",
        "en": "The same fails again within a day, compared with those for whom it failed once",
    },
    action={
        "it": "Dopo il primo errore offrire un'altra strada invece dello stesso pulsante, e farlo sapere a chi assiste.",
        "en": "After the first failure offer another way instead of the same button, and let customer care know.",
    },
    find=find,
    names=FAILED,
    reads=READS,
)
