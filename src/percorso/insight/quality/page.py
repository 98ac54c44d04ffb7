"""The page of quality: per source and touchpoint what was lost, and the leaks, the dearest first."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from percorso.insight.quality.volume import WEEKS, VolumeState, expected, judge, weekdays_before
from percorso.insight.windows import Window
from percorso.ports import Aside, DayCount, Tallies, Unfolded

WATCHED = 7
"""Days whose volume is judged."""
LOOKED_AT = 7 * WEEKS + WATCHED
MOST_NAMES = 5
_EPOCH = date(1970, 1, 1)

LeakKind = Literal["quarantined", "conflict", "missing", "unplaced", "nobody", "late", "unplanned", "bots", "unfolded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Events that numbers and flows cannot use, or should not.

    events      how many
    share       of all the company's events of the window, those that were refused included
    share_here  of those of the source (and touchpoint) alone
    reason      of a refusal;  names: the events it is mostly about
    """

    kind: LeakKind
    source: str
    touchpoint: str | None
    reason: str | None
    names: tuple[str, ...]
    events: int
    share: float
    share_here: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What one source sent from one touchpoint in the window; touchpoint None: unknown.

    live        not imported as history: only of those lateness means something
    unplanned   of a name without a plan
    volume      how the last whole day compares; low, high: the interval, None while too young
    by_day      events of each of the last 28 days
    """

    source: str
    touchpoint: str | None
    events: int
    live: int
    nobody: int
    late_hour: int
    late_day: int
    late_week: int
    unplanned: int
    bots: int
    volume: VolumeState
    last_day: int
    low: int | None
    high: int | None
    by_day: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTaken:
    """What intake said of one source's items in the window."""

    source: str
    accepted: int
    duplicate: int
    conflict: int
    quarantined: int
    suppressed: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPage:
    """days: how many of the window's days hold any event; behind: processed events that are not counted yet."""

    window: Window
    days: int
    events: int
    behind: int
    planned: float | None
    leaks: tuple[Leak, ...]
    origins: tuple[Origin, ...]
    sources: tuple[SourceTaken, ...]


def quality_page(
    tallies: Tallies, window: Window, *, planned: frozenset[str], midnight: Callable[[date], int], behind: int
) -> QualityPage:
    """The whole page. `planned`: event names with a plan; `midnight`: the first instant of a civil day."""
    first, end = _day(window.start), _day(window.end)
    counts = tallies.days(min(first, end - LOOKED_AT), end)
    inside = [one for one in counts if one.day >= first]
    asides = tallies.aside(midnight(window.start), midnight(window.end + timedelta(days=1)))
    verdicts = tallies.verdicts(first, end + 1)
    total = sum(one.events for one in inside) + sum(one.items for one in asides)
    origins = _origins(counts, first, end, planned)
    leaks = [
        *_refused(asides, inside, total),
        *_missing(counts, end, total),
        *_of_events(inside, total, planned),
        *_not_folded(tallies.unfolded(), inside, total),
    ]
    events = sum(one.events for one in inside)
    with_plan = sum(one.events for one in inside if one.name in planned)
    return QualityPage(
        window=window,
        days=len({one.day for one in inside}),
        events=events,
        behind=behind,
        planned=with_plan / events if events else None,
        leaks=tuple(sorted(leaks, key=lambda leak: (-leak.events, leak.kind, leak.source))),
        origins=tuple(sorted(origins, key=lambda one: (-one.events, one.source, one.touchpoint or ""))),
        sources=tuple(_taken(verdicts, asides)),
    )


def _day(day: date) -> int:
    return (day - _EPOCH).days


def _refused(asides: Sequence[Aside], inside: Sequence[DayCount], total: int) -> list[Leak]:
    sent = Counter[str]()
    for one in inside:
        sent[one.source] += one.events
    for aside in asides:
        sent[aside.source] += aside.items
    return [
        Leak(
            kind=one.verdict,
            source=one.source,
            touchpoint=None,
            reason=one.reason,
            names=(),
            events=one.items,
            share=one.items / total,
            share_here=one.items / sent[one.source],
        )
        for one in asides
    ]


def _missing(counts: Sequence[DayCount], end: int, total: int) -> list[Leak]:
    """Events that did not come on the watched days: the centre less what came, where that is too low."""
    leaks = []
    for (source, touchpoint), by_day in _by_origin(counts).items():
        gone, usual = 0.0, 0.0
        for day in range(end - WATCHED, end):
            found = expected(weekdays_before(by_day, day, min(by_day)))
            if found is not None:
                usual += found.centre
                gone += found.centre - by_day.get(day, 0) if judge(by_day.get(day, 0), found) == "low" else 0.0
        if gone >= 1:
            number = round(gone)
            leaks.append(
                Leak(
                    kind="missing",
                    source=source,
                    touchpoint=touchpoint or None,
                    reason=None,
                    names=(),
                    events=number,
                    share=number / (total + number),
                    share_here=min(1.0, number / usual),
                )
            )
    return leaks


def _of_events(inside: Sequence[DayCount], total: int, planned: frozenset[str]) -> list[Leak]:
    lost: dict[LeakKind, Callable[[DayCount], int]] = {
        "unplaced": lambda one: 0 if one.touchpoint else one.events,
        "nobody": lambda one: one.nobody,
        "late": lambda one: one.late_day,
        "unplanned": lambda one: 0 if one.name in planned else one.events,
        "bots": lambda one: one.bots,
    }
    of_source: dict[str, list[DayCount]] = defaultdict(list)
    for one in inside:
        of_source[one.source].append(one)
    leaks = []
    for source, rows in of_source.items():
        sent = sum(one.events for one in rows)
        for kind, number in lost.items():
            names = Counter[str]()
            for one in rows:
                names[one.name] += number(one)
            events = names.total()
            if events:
                leaks.append(
                    Leak(
                        kind=kind,
                        source=source,
                        touchpoint=None,
                        reason=None,
                        names=tuple(name for name, count in names.most_common(MOST_NAMES) if count and name),
                        events=events,
                        share=events / total,
                        share_here=events / sent,
                    )
                )
    return leaks


def _not_folded(unfolded: Sequence[Unfolded], inside: Sequence[DayCount], total: int) -> list[Leak]:
    """Of all time: what could not be folded waits until somebody looks."""
    sent = Counter[str]()
    for one in inside:
        sent[one.source] += one.events
    return [
        Leak(
            kind="unfolded",
            source=one.source,
            touchpoint=None,
            reason=one.reason,
            names=(),
            events=one.events,
            share=min(1.0, one.events / max(total, one.events)),
            share_here=min(1.0, one.events / max(sent[one.source], one.events)),
        )
        for one in unfolded
    ]


def _by_origin(counts: Iterable[DayCount]) -> Mapping[tuple[str, str], Mapping[int, int]]:
    found: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for one in counts:
        found[one.source, one.touchpoint][one.day] += one.events
    return found


def _origins(counts: Sequence[DayCount], first: int, end: int, planned: frozenset[str]) -> list[Origin]:
    volumes = _by_origin(counts)
    rows: dict[tuple[str, str], list[DayCount]] = defaultdict(list)
    for one in counts:
        rows[one.source, one.touchpoint].append(one)
    return [_origin(key, rows[key], volumes[key], first, end, planned) for key in rows]


def _origin(
    key: tuple[str, str],
    rows: Sequence[DayCount],
    by_day: Mapping[int, int],
    first: int,
    end: int,
    planned: frozenset[str],
) -> Origin:
    inside = [one for one in rows if one.day >= first]
    found = expected(weekdays_before(by_day, end - 1, min(by_day)))
    last = by_day.get(end - 1, 0)
    return Origin(
        source=key[0],
        touchpoint=key[1] or None,
        events=sum(one.events for one in inside),
        live=sum(one.events - one.historical for one in inside),
        nobody=sum(one.nobody for one in inside),
        late_hour=sum(one.late_hour for one in inside),
        late_day=sum(one.late_day for one in inside),
        late_week=sum(one.late_week for one in inside),
        unplanned=sum(one.events for one in inside if one.name not in planned),
        bots=sum(one.bots for one in inside),
        volume=judge(last, found),
        last_day=last,
        low=None if found is None else found.low,
        high=None if found is None else found.high,
        by_day=tuple(by_day.get(day, 0) for day in range(max(first, end - 28), end)),
    )


def _taken(verdicts: Sequence[tuple[str, str, int]], asides: Sequence[Aside]) -> list[SourceTaken]:
    by_source: dict[str, dict[str, int]] = defaultdict(dict)
    for source, verdict, number in verdicts:
        by_source[source][verdict] = number
    waiting = Counter[str]()
    for one in asides:
        waiting[one.source] += one.items
    return [
        SourceTaken(
            source=source,
            accepted=given.get("accepted", 0),
            duplicate=given.get("duplicate", 0),
            conflict=given.get("conflict", 0),
            quarantined=given.get("quarantined", 0),
            suppressed=given.get("suppressed", 0),
            waiting=waiting[source],
        )
        for source, given in sorted(by_source.items())
    ]
