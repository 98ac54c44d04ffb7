"""Average handle time: talk, hold and after-call work of handled calls, dated by the end of the work.

By contact: the legs of a transferred call are one, dated by the last. By leg: each agent's part is one.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import ibis

from percorso.insight.kpi import seconds
from percorso.insight.kpi.definition import Definition
from percorso.model.condition_expr import property_number, property_text

READS = ("name", "properties", "occurred_at", "tie", "message_id")


def units(events: Any, known_to: int, *, by_leg: bool) -> Any:
    """Ends of calls with a talk time, and ``handled_s``: the seconds of the leg, or of all legs up to the last."""
    ended = events.filter(events.name == "Call Ended")
    talked = property_number(ended, "talk_s")
    legs = ended.mutate(
        call=ibis.coalesce(property_text(ended, "call_id"), ended.message_id),
        leg_s=talked + _seconds(ended, "hold_s") + _seconds(ended, "wrap_s"),
    ).filter(talked.notnull(), talked >= 0.0)
    if by_leg:
        return legs.mutate(handled_s=legs.leg_s)
    last = [legs.occurred_at.desc(), legs.tie.desc(), legs.message_id.desc()]
    whole = legs.mutate(
        handled_s=legs.leg_s.sum().over(ibis.window(group_by=legs.call)),
        back=ibis.row_number().over(ibis.window(group_by=legs.call, order_by=last)),
    )
    return whole.filter(whole.back == 0).drop("back")


def _seconds(table: Any, name: str) -> Any:
    return ibis.coalesce(property_number(table, name), ibis.literal(0.0, "float64"))


def variant(name: str | None, by_leg: bool, title: Mapping[str, str], said: Mapping[str, str]) -> Definition:
    return Definition(
        kpi="aht",
        variant=name,
        version=1,
        name=title,
        about={
            "it": f"Conversazione, attesa in linea e lavoro dopo la chiamata, in media, {said['it']} alla data in cui il "
            "lavoro finisce. Intervallo al 95 %: bootstrap.",
            "en": f"Talk, hold and work after the call, on average, {said['en']} dated by the end of the work. "
            "95 % interval: bootstrap.",
        },
        edges={
            "it": "Mai un obiettivo da solo: va letto con la risoluzione al primo contatto. Le durate hanno una coda lunga: "
            "accanto alla media ci sono la mediana e il nono decile. Una chiamata senza durata non conta.",
            "en": "Never a target by itself: read it with first contact resolution. Durations have a long tail: median and "
            "ninth decile stand beside the mean. A call without a talk time does not count.",
        },
        unit="seconds",
        better="lower",
        theme="service",
        names=("Call Ended",),
        reads=READS,
        properties=("call_id", "talk_s", "hold_s", "wrap_s"),
        returns=seconds.RETURNS,
        units=partial(units, by_leg=by_leg),
        sums=seconds.sums_of("handled_s"),
        estimate=seconds.estimate,
        bin=seconds.second("handled_s"),
        beside=seconds.beside,
    )


DEFINITION = variant(
    "aht_contact",
    False,
    {"it": "Tempo medio di gestione", "en": "Average handle time"},
    {
        "it": "per contatto (le parti di una chiamata trasferita sommate),",
        "en": "by contact (legs of a transfer summed),",
    },
)
VARIANTS = (
    DEFINITION,
    variant(
        "aht_leg",
        True,
        {"it": "Tempo medio di gestione per operatore", "en": "Average handle time by leg"},
        {"it": "per ogni parte di chiamata di un operatore,", "en": "by each agent's leg of a call,"},
    ),
)
