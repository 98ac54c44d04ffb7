"""Finds the frictions of a window: every signal at every touchpoint and stage, with what it does and what that costs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from percorso.insight.discovery import discovered
from percorso.insight.friction.effect import Effect, effect
from percorso.insight.friction.grade import ORDER, Grade, grade
from percorso.insight.friction.natural import Slope, slope
from percorso.insight.friction.outcomes import with_outcomes
from percorso.insight.friction.signal import Outcome, Signal
from percorso.insight.friction.signals import SIGNALS
from percorso.insight.friction.strata import (
    ANY_WEEK,
    counts,
    hit_strata,
    matched,
    other_strata,
    spread,
    wholes,
    with_subjects,
)
from percorso.insight.friction.value import YEAR_DAYS, Prices, Value, Worth, orders, values, worths
from percorso.insight.friction.visits import events_of, keep_visits
from percorso.insight.kpi.ask import Reader
from percorso.insight.windows import Window
from percorso.model.journey import Journey

Key = tuple[str, str, str, str]
"""Signal, touchpoint, stage ("" for none), subject ("" for none of its own)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Friction:
    """One place where paths hurt.

    key        what it is called through all computations: ``error~web.checkout~checkout~card_declined``
    visits     with the signal in the window;  people: who made them;  of: visits that could have shown it
    weeks      of how many weeks those are with whom they are compared; None: of any
    outcome    the one that weighs most, None when there are too few visits to say;  effects: each that could be judged
    q_value    chance that it is a false alarm among all that was looked at (Benjamini & Hochberg)
    placebos   the same outcomes weeks before; slopes: what the weeks say
    value      money a year, one a currency
    """

    key: str
    signal: str
    touchpoint: str
    stage: str | None
    subject: str | None
    visits: int
    people: int
    of: int
    weeks: int | None
    outcome: Outcome | None
    effects: Mapping[Outcome, Effect]
    q_value: float | None
    grade: Grade
    placebos: Mapping[Outcome, Effect]
    slopes: Mapping[Outcome, Slope]
    value: tuple[Value, ...]
    worth: tuple[Worth, ...]

    @property
    def rank(self) -> tuple[Any, ...]:
        """Those that are shown to hurt first, the dearest of them first."""
        worth = self.value[0].a_year if self.value else 0.0
        return (max(ORDER[self.grade], ORDER["moderate"]), -worth, self.key)


def key_of(signal: str, touchpoint: str, stage: str, subject: str) -> str:
    """
    >>> key_of("error", "web.checkout", "checkout", "card_declined")
    'error~web.checkout~checkout~card_declined'
    """
    return "~".join((signal, touchpoint, stage, subject))


def key_parts(key: str) -> Key | None:
    """The parts of a key; None when it is none."""
    parts = key.split("~", 3)
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) == 4 and parts[0] in SIGNALS else None


def told_signals(reader: Reader, window: Window) -> list[Signal]:
    """The signals whose events there are; those of any visit to the website and the app always."""
    names = {one.name for one in reader.told if one.first < window.end}
    return [signal for signal in SIGNALS.values() if not signal.names or names.intersection(signal.names)]


def keep_judged(reader: Reader, signals: Sequence[Signal], journey: Journey, window: Window) -> tuple[Any, Any]:
    """The visits of signals in cells that were hit often enough, and with what became of them; both kept."""
    keep = reader.session.keep
    visits = keep("friction_named", with_subjects(keep_visits(reader, signals, window)))
    known = date(1970, 1, 1) + timedelta(days=reader.known_day([], window))
    known_to = reader.civil.midnight(known) // 1_000_000
    events = events_of(reader.events, window)
    later = reader.events.filter(reader.events.local_date >= window.end, reader.events.person_id.notnull())
    return visits, keep("friction_judged", with_outcomes(visits, events.union(later), journey, known_to))


def frictions(
    reader: Reader, journey: Journey, window: Window, prices: Prices, channels: Mapping[str, str]
) -> list[Friction]:
    """All that were found, those that are shown to hurt first, the dearest first. `channels`: of touchpoints."""
    signals = told_signals(reader, window)
    if not signals or not window.days:
        return []
    named, visits = keep_judged(reader, signals, journey, window)
    keep, run = reader.session.keep, reader.session.execute
    hits, others = keep("friction_hits", hit_strata(visits)), keep("friction_others", other_strata(visits))
    both = keep("friction_matched", matched(hits, others))
    whole = keep("friction_wholes", wholes(both))
    sums = {_key(row): dict(row) for row in run(whole)}
    for row in run(spread(visits, both, whole)):
        sums[_key(row)].update(row)
    told = _Told(
        counts={_key(row): row for row in run(counts(named))},
        sums=sums,
        hits=_by(run(hits), _key),
        others=_by(run(others), _cell),
        orders=run(orders(events_of(reader.events, window))),
        channels=channels,
        prices=prices,
        share_of_year=YEAR_DAYS / window.days,
    )
    return told.frictions()


def _cell(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["signal"], row["touchpoint"], row["stage"]


def _key(row: Mapping[str, Any]) -> tuple[str, str, str, str | None]:
    return (*_cell(row), row["subject"])


def _by(rows: Sequence[Mapping[str, Any]], key: Any) -> dict[Any, list[Mapping[str, Any]]]:
    found: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What the engine said of all frictions."""

    counts: Mapping[Any, Mapping[str, Any]]
    sums: Mapping[Any, Mapping[str, Any]]
    hits: Mapping[Any, Sequence[Mapping[str, Any]]]
    others: Mapping[Any, Sequence[Mapping[str, Any]]]
    orders: Sequence[Mapping[str, Any]]
    channels: Mapping[str, str]
    prices: Prices
    share_of_year: float

    def frictions(self) -> list[Friction]:
        keys = sorted(key for key in self.counts if key[3] is not None)
        effects = self._corrected({key: self._effects(key, "") for key in keys})
        return sorted((self._friction(key, effects[key]) for key in keys), key=lambda one: one.rank)

    def _corrected(self, effects: Mapping[Any, dict[Outcome, Effect]]) -> dict[Any, dict[Outcome, Effect]]:
        """The effects with their q-values: every outcome of every friction is a test."""
        tests = [(key, name, one) for key, found in effects.items() for name, one in found.items()]
        corrected: dict[Any, dict[Outcome, Effect]] = {key: {} for key in effects}
        for (key, name, one), q in zip(tests, discovered([one.p_value for *_, one in tests]), strict=True):
            corrected[key][name] = replace(one, q_value=q)
        return corrected

    def _effects(self, key: Any, prefix: str) -> dict[Outcome, Effect]:
        row = self.sums.get(key)
        if row is None:
            return {}
        found = {name: effect(row, f"{prefix}{name}") for name in SIGNALS[key[0]].outcomes}
        return {name: one for name, one in found.items() if one is not None}

    def _friction(self, key: Any, effects: dict[Outcome, Effect]) -> Friction:
        signal, touchpoint, stage, subject = key
        placebos = self._effects(key, "before_")
        slopes = {
            name: found
            for name in effects
            if (found := slope(self.hits[key], self.others.get(key[:3], ()), name)) is not None
        }
        q = min((one.q_value for one in effects.values() if one.q_value is not None), default=None)
        row, alike = self.counts[key], self.counts.get((*key[:3], None))
        worth = worths(self.orders, self.channels.get(touchpoint))
        value = values(
            row["visits"] * self.share_of_year, effects, worth, self.prices.currency, self.prices.contact_cost
        )
        return Friction(
            key=key_of(signal, touchpoint, stage, subject),
            signal=signal,
            touchpoint=touchpoint,
            stage=stage or None,
            subject=subject or None,
            visits=int(row["visits"]),
            people=int(row["people"]),
            of=int(row["visits"]) + (int(alike["visits"]) if alike else 0),
            weeks=int(row["weeks"]) if row["weeks"] < ANY_WEEK else None,
            outcome=_main(effects),
            effects=effects,
            q_value=q,
            grade=grade(q, effects, placebos, slopes),
            placebos=placebos,
            slopes=slopes,
            value=tuple(value),
            worth=tuple(worth),
        )


def _main(effects: Mapping[Outcome, Effect]) -> Outcome | None:
    """The outcome that is surest."""
    return min(effects, key=lambda name: (effects[name].p_value, -effects[name].excess), default=None)
