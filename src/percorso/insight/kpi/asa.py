"""Average speed of answer: mean seconds in the queue of calls that were answered, dated by the answer.

Calls given up are not in it: read it beside abandonment and service level.
"""

from typing import Any

from percorso.insight.kpi import seconds
from percorso.insight.kpi.definition import Definition

READS = ("name", "wait_s")


def units(events: Any, known_to: int) -> Any:
    """Answered calls with a wait."""
    return events.filter(events.name == "Call Answered", events.wait_s >= 0.0)


DEFINITION = Definition(
    kpi="asa",
    version=1,
    name={"it": "Attesa media alla risposta", "en": "Average speed of answer"},
    about={
        "it": "Secondi di attesa in coda, in media, delle chiamate che hanno avuto risposta, alla data della risposta. "
        "Intervallo al 95 %: bootstrap.",
        "en": "Mean seconds in the queue of the calls that were answered, dated by the answer. 95 % interval: bootstrap.",
    },
    edges={
        "it": "Chi rinuncia non c'è: più persone rinunciano, più l'attesa sembra breve. Va letta con l'abbandono e il livello "
        "di servizio.",
        "en": "Who gives up is not in it: the more people give up, the shorter it looks. Read it with abandonment and service "
        "level.",
    },
    unit="seconds",
    better="lower",
    theme="service",
    names=("Call Answered",),
    reads=READS,
    returns=seconds.RETURNS,
    units=units,
    sums=seconds.sums_of("wait_s"),
    estimate=seconds.estimate,
    bin=seconds.second("wait_s"),
    beside=seconds.beside,
)
VARIANTS = (DEFINITION,)
