"""First contact resolution as people show it: they did not have to come back about the same issue.

Default: behavioural, omnichannel, gross, 7 days. The first contact of a person about an issue is resolved when no other about
it follows within the days, through any channel. Contacts whose days are not over do not count.
"""

from collections.abc import Mapping
from typing import Any

from percorso.insight.kpi import contacts
from percorso.insight.kpi.contacts import Contacts
from percorso.insight.kpi.definition import Definition

EDGES = {
    "it": "Solo la persona sa se è risolto: va letto con il CSAT dopo il contatto. Chi non dice l'argomento ha un argomento "
    "solo, senza nome. Quando due persone si rivelano una sola, il numero si ricalcola.",
    "en": "Only the person knows whether it is resolved: read it with the CSAT after the contact. What names no subject is of "
    "one unnamed issue. When two people turn out to be one, the number is worked out anew.",
}


def _first(units: Any) -> Mapping[str, Any]:
    """Of one person: first contacts, and those that were enough."""
    return {"x": units.is_first.sum(), "y": (units.is_first & units.is_last).sum()}


def variant(name: str, how: Contacts, title: Mapping[str, str], said: Mapping[str, str]) -> Definition:
    return Definition(
        kpi="fcr",
        variant=name,
        version=1,
        name=title,
        about={
            "it": f"Dei primi contatti di una persona su un argomento, quanti non sono seguiti da un altro entro {how.days} "
            f"giorni{said['it']}. Intervallo al 95 %: Wilson, per gruppi di persone.",
            "en": f"Of people's first contacts about an issue, how many are not followed by another within {how.days} days"
            f"{said['en']}. 95 % interval: Wilson, clustered by person.",
        },
        edges=EDGES,
        unit="share",
        better="higher",
        theme="service",
        names=contacts.NAMES,
        reads=contacts.READS,
        properties=contacts.PROPERTIES,
        returns=contacts.RETURNS,
        units=lambda events, known_to: how(events, known_to).filter(lambda row: row.is_first),
        parts=_first,
        cluster=contacts.of_person,
        sums=contacts.sums,
        estimate=contacts.estimate,
        lag_days=how.days,
    )


_ANY = {"it": ", attraverso qualunque canale", "en": ", through any channel"}
DEFINITION = variant(
    "fcr_7d_gross_omni",
    Contacts(),
    {"it": "Risoluzione al primo contatto", "en": "First contact resolution"},
    _ANY,
)
VARIANTS = (
    DEFINITION,
    variant(
        "fcr_1d_gross_omni",
        Contacts(days=1),
        {"it": "Risoluzione al primo contatto, 1 giorno", "en": "First contact resolution, 1 day"},
        _ANY,
    ),
    variant(
        "fcr_30d_gross_omni",
        Contacts(days=30),
        {"it": "Risoluzione al primo contatto, 30 giorni", "en": "First contact resolution, 30 days"},
        _ANY,
    ),
    variant(
        "fcr_7d_net_omni",
        Contacts(net=True),
        {"it": "Risoluzione al primo contatto, netta", "en": "First contact resolution, net"},
        {
            "it": ", attraverso qualunque canale; le chiamate trasferite non contano",
            "en": ", through any channel; transferred calls do not count",
        },
    ),
    variant(
        "fcr_7d_gross_channel",
        Contacts(one_channel=True),
        {"it": "Risoluzione al primo contatto, un canale", "en": "First contact resolution, one channel"},
        {"it": " attraverso lo stesso canale", "en": " through the same channel"},
    ),
)
