"""One and done: of all contacts, how many were the only one about their issue for days before and after."""

from collections.abc import Mapping
from typing import Any

from percorso.insight.kpi import contacts
from percorso.insight.kpi.contacts import Contacts
from percorso.insight.kpi.definition import Definition


def _alone(units: Any) -> Mapping[str, Any]:
    """Of one person: contacts, and those with none before or after."""
    return {"x": units.count(), "y": (units.is_first & units.is_last).sum()}


def variant(name: str | None, how: Contacts, title: Mapping[str, str]) -> Definition:
    return Definition(
        kpi="one_and_done",
        variant=name,
        version=1,
        name=title,
        about={
            "it": f"Di tutti i contatti, quanti sono stati l'unico sul loro argomento nei {how.days} giorni prima e dopo. "
            "Intervallo al 95 %: Wilson, per gruppi di persone.",
            "en": f"Of all contacts, how many were the only one about their issue in the {how.days} days before and after. "
            "95 % interval: Wilson, clustered by person.",
        },
        edges={
            "it": "Più severo della risoluzione al primo contatto: chi torna tre volte pesa tre volte.",
            "en": "Stricter than first contact resolution: who comes back three times weighs three times.",
        },
        unit="share",
        better="higher",
        theme="service",
        names=contacts.NAMES,
        reads=contacts.READS,
        properties=contacts.PROPERTIES,
        returns=contacts.RETURNS,
        units=how,
        parts=_alone,
        cluster=contacts.of_person,
        sums=contacts.sums,
        estimate=contacts.estimate,
        lag_days=how.days,
    )


DEFINITION = variant(None, Contacts(), {"it": "Risolti in una volta", "en": "One and done"})
VARIANTS = (
    DEFINITION,
    variant(
        "one_and_done_30d", Contacts(days=30), {"it": "Risolti in una volta, 30 giorni", "en": "One and done, 30 days"}
    ),
)
