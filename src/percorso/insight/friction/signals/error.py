"""Something fails: a checkout, a payment, a delivery, a machine, a page."""

from typing import Any

import ibis

from percorso.insight.friction.signal import Signal, marks
from percorso.insight.friction.signals.failures import FAILED, READS, error_of


def find(events: Any) -> Any:
    """Moments at the touchpoints where something fails; those that went well are what the failures are compared with."""
    failed = events.filter(events.name.isin(FAILED))
    where = failed.select("touchpoint").filter(lambda row: row.touchpoint.notnull()).distinct()
    well = events.filter(~events.name.isin(FAILED)).semi_join(where, "touchpoint")
    error = error_of(failed)
    return marks(failed, hit=ibis.literal(True), subject=error).union(marks(well, hit=ibis.literal(False)))


SIGNAL = Signal(
    id="error",
    name={"it": "Errore", "en": "Error"},
    about={
        "it": "Qualcosa non riesce, a confronto con chi negli stessi giorni e nello stesso punto è andato avanti",
        "en": "Something fails, compared with those who met the same touchpoint in the same days without it",
    },
    action={
        "it": "Passare gli esempi a chi ne è responsabile perché corregga la causa; intanto dire alle persone colpite che "
        "l'errore è nostro e offrire un'altra strada.",
        "en": "Give the examples to whoever owns the touchpoint to mend the cause; until then tell the people hit that the "
        "error is ours, and offer another way.",
    },
    find=find,
    names=FAILED,
    reads=READS,
)
