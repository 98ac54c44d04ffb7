"""Who looks at which property, as the API shows it."""

from dataclasses import dataclass
from datetime import date, timedelta

from percorso.data.personal import PersonalKind
from percorso.http.wire import Texts
from percorso.model.use import UseKind
from percorso.pipeline.uses import Described, PropertyUse, Uses, unused


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRecord:
    """One thing that looks at a property; see model/use.py. `name`: null where kind and id say it."""

    kind: UseKind
    id: str
    name: Texts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyRecord:
    """One property of one event. Dots go deeper, ``*`` is each element of a list.

    `types`: JSON's, or date, date-time, email, uri; the most frequent first.  `events`: that had it; `rate`: of the name's.
    `personal`: what of a person it looks like, by its name or texts.  `described`: by whom, null: by nobody.
    """

    event: str
    path: str
    types: list[str]
    events: int
    rate: float
    first_seen: date
    personal: PersonalKind | None
    described: Described | None
    uses: list[UseRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesRecord:
    """The properties seen from the first day to before the last; `total`: how many there are, when not all are told.

    Unused ones alone: what looks like a person's data first, then the most frequent. Else by event and path.
    """

    first: date
    until: date
    total: int
    properties: list[PropertyRecord]


def uses_record(found: Uses, *, only_unused: bool, limit: int) -> UsesRecord:
    chosen = unused(found.properties) if only_unused else found.properties
    return UsesRecord(
        first=_day(found.since),
        until=_day(found.until),
        total=len(chosen),
        properties=[_property(one) for one in chosen[:limit]],
    )


def _property(one: PropertyUse) -> PropertyRecord:
    return PropertyRecord(
        event=one.event,
        path=one.path,
        types=list(one.types),
        events=one.events,
        rate=one.events / one.of,
        first_seen=_day(one.first_day),
        personal=one.personal,
        described=one.described,
        uses=[
            UseRecord(kind=use.kind, id=use.id, name=None if use.name is None else dict(use.name)) for use in one.uses
        ],
    )


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)
