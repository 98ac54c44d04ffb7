"""From one step to another and back again, within a visit."""

from typing import Any

import ibis

from percorso.insight.friction.signal import Signal, in_turn, marks, soon_after
from percorso.insight.friction.signals.steps import READS, steps

MINUTES = 30


def find(events: Any) -> Any:
    rows = steps(events)
    turn = in_turn(rows)
    along = rows.mutate(
        before=rows.step.lag().over(turn),
        first=rows.step.lag(2).over(turn),
        began=rows.occurred_at.lag(2).over(turn),
    )
    back = (along.step == along.first) & (along.step != along.before) & soon_after(along, along.began, minutes=MINUTES)
    way = along.first + ibis.literal(" → ") + along.before + ibis.literal(" → ") + along.step
    return marks(along, hit=back, subject=way)


SIGNAL = Signal(
    id="loop",
    name={"it": "Giro a vuoto", "en": "Going round in circles"},
    about={
        "it": "Da un passo a un altro e di nuovo al primo, nella stessa visita",
        "en": "From one step to another and back to the first, within one visit",
    },
    action={
        "it": "Guardare che cosa manca nel secondo passo perché si debba tornare al primo, e metterlo lì.",
        "en": "See what is missing in the second step that makes people go back to the first, and put it there.",
    },
    find=find,
    reads=READS,
)
