"""A page is left within seconds, back to the one before."""

from typing import Any

import ibis

from percorso.insight.friction.signal import Signal, in_turn, marks
from percorso.insight.friction.signals.steps import PAGES, READS, steps

SECONDS = 5


def find(events: Any) -> Any:
    """The mark is on the page that was left, since that is the one that disappoints."""
    rows = steps(events.filter(events.name.isin(PAGES)))
    turn = in_turn(rows)
    along = rows.mutate(
        before=rows.step.lag().over(turn),
        after=rows.step.lead().over(turn),
        left_at=rows.occurred_at.lead().over(turn),
    )
    quick = along.left_at <= along.occurred_at + ibis.interval(seconds=SECONDS)
    return marks(along, hit=quick & (along.before == along.after) & (along.step != along.before), subject=along.step)


SIGNAL = Signal(
    id="quick_back",
    name={"it": "Subito indietro", "en": "Straight back"},
    about={
        "it": "Una pagina lasciata entro cinque secondi per tornare a quella di prima: non era ciò che si cercava",
        "en": "A page left within five seconds for the one before: it was not what people looked for",
    },
    action={
        "it": "Confrontare ciò che promette il collegamento con ciò che mostra la pagina, e farli dire la stessa cosa.",
        "en": "Compare what the link promises with what the page shows, and make them say the same.",
    },
    find=find,
    names=PAGES,
    reads=READS,
)
