"""Moments of truth: the touchpoints that go with how people score, whether they stay and what they spend afterwards.

People who met a touchpoint in some days are set against people in the same stage and as active who did not, and both are
looked at in the days that follow: the weighted difference over strata (Mantel, Haenszel 1959, weights n1 n0 / n; its
variance from those of the means). Nobody was assigned to anything, so this says what goes together, never what causes
what; over all touchpoints and outcomes the false discovery rate is held (Benjamini, Hochberg 1995).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import erf, sqrt
from typing import Any, Literal, NamedTuple

import ibis

from percorso.insight.discovery import discovered
from percorso.insight.interval import Z
from percorso.insight.kpi.ask import Reader, within
from percorso.insight.map_tables import mood_of
from percorso.insight.touchpoints.tables import COLUMNS
from percorso.insight.windows import Window

Outcome = Literal["score", "stay", "spend"]
OUTCOMES: tuple[Outcome, ...] = ("score", "stay", "spend")
MEET_DAYS = 56
AFTER_DAYS = 28
LEAST = 30
"""So many people who met it, and as many who did not, or nothing is said."""
TRUTHS = 3
"""So many touchpoints an outcome are named moments of truth."""
_BANDS = (2, 4, 8, 16)
"""Activity in the days of meeting: fewer events than each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What goes with meeting a touchpoint.

    outcome   score: mean of the scores given afterwards, on -1 to 1;  stay: share seen again;  spend: a head, major units
    value     met less not met, within strata, with its 95 % interval
    met, not_met  people compared
    q         false discovery rate at which it is found
    currency  of what was spent
    is_truth  among the clearest of its outcome
    """

    outcome: Outcome
    value: float
    ci_low: float
    ci_high: float
    met: int
    not_met: int
    q: float
    currency: str | None
    is_truth: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """When people met touchpoints, and the days after in which the outcomes lie."""

    meeting: Window
    after: Window


class Compared(NamedTuple):
    """A difference within strata. `p`: two-sided."""

    value: float
    deviation: float
    met: int
    not_met: int
    p: float


class _Group(NamedTuple):
    """n, Σx, Σx² of an outcome."""

    n: int
    total: float
    squares: float

    def less(self, other: "_Group") -> "_Group":
        return _Group(self.n - other.n, self.total - other.total, self.squares - other.squares)

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def error(self) -> float:
        """Variance of the mean."""
        return max(self.squares - self.n * self.mean**2, 0.0) / (self.n - 1) / self.n


def moments_of_truth(reader: Reader, window: Window, known: int) -> tuple[Looked | None, dict[str, list[Effect]]]:
    """The days looked at, and touchpoint -> its effects, the clearest first.

    The outcomes are those of the last `AFTER_DAYS` days that are wholly known and lie before the end of the window.
    """
    first = min((one.first for one in reader.told), default=None)
    end = min(window.end, date(1970, 1, 1) + timedelta(days=known))
    if first is None or (end - first).days < 2 * AFTER_DAYS:
        return None, {}
    middle = end - timedelta(days=AFTER_DAYS)
    meeting = Window(start=max(first, middle - timedelta(days=MEET_DAYS)), end=middle)
    after = Window(start=middle, end=end)
    spent_in = reader.session.execute(currencies(reader.events, after).limit(1))
    currency = spent_in[0]["currency"] if spent_in else None
    people = reader.session.keep("outcomes", outcomes(reader.events, meeting, after, currency))
    everybody = reader.session.execute(sums(people, ("stage", "band")))
    met = reader.session.execute(sums(met_people(reader.events, people, meeting), ("touchpoint", "stage", "band")))
    return Looked(meeting=meeting, after=after), effects(everybody, met, currency)


def currencies(events: Any, window: Window) -> Any:
    """(currency, orders): the currencies of orders, the commonest first. Money of several is never added up."""
    orders = events.select("name", "currency", "local_date").filter(within(events, window))
    orders = orders.filter(orders.name == "Order Completed", orders.currency.notnull())
    return orders.group_by("currency").agg(orders=orders.count()).order_by([ibis.desc("orders"), "currency"])


def outcomes(events: Any, meeting: Window, after: Window, currency: str | None) -> Any:
    """(person_id, stage, band, score, stay, spend): everybody met in the first days, with what came of them."""
    rows = events.select(*COLUMNS).filter(events.person_id.notnull())
    seen = rows.filter(within(rows, meeting))
    order = ibis.struct({"at": seen.occurred_at, "tie": seen.tie, "id": seen.message_id})
    people = seen.group_by("person_id").agg(
        events=seen.count(), stage=seen.stage.argmax(order, where=seen.stage.notnull())
    )
    later = rows.filter(within(rows, after)).mutate(mood=mood_of)
    spent = (later.name == "Order Completed") & (later.currency == currency)
    came = later.group_by("person_id").agg(
        score=later.mood.mean(), spend=ibis.ifelse(spent, later.revenue, ibis.literal(0.0, "float64")).sum()
    )
    joined = people.left_join(came, "person_id")
    band = ibis.cases(*((people.events < most, at) for at, most in enumerate(_BANDS)), else_=len(_BANDS))
    return joined.select(
        people.person_id,
        stage=ibis.coalesce(people.stage, ""),
        band=band.cast("int64"),
        score=came.score,
        stay=came.person_id.notnull().cast("float64"),
        spend=ibis.coalesce(came.spend, ibis.literal(0.0, "float64")),
    )


def met_people(events: Any, people: Any, meeting: Window) -> Any:
    """`people`, once for each touchpoint they met."""
    rows = events.select("person_id", "touchpoint", "local_date")
    rows = rows.filter(within(rows, meeting), rows.touchpoint.notnull(), rows.person_id.notnull())
    pairs = rows.select("person_id", "touchpoint").distinct()
    joined = pairs.inner_join(people, "person_id")
    return joined.select(pairs.touchpoint, *(people[name] for name in people.columns))


def sums(people: Any, by: Sequence[str]) -> Any:
    """Of each group and outcome OUTCOME_n, OUTCOME_sum, OUTCOME_squares."""
    columns: dict[str, Any] = {}
    for name in OUTCOMES:
        value = people[name]
        columns |= {f"{name}_n": value.count(), f"{name}_sum": value.sum(), f"{name}_squares": (value * value).sum()}
    return people.group_by(list(by)).agg(**columns)


def effects(
    everybody: Iterable[Mapping[str, Any]], met: Iterable[Mapping[str, Any]], currency: str | None = None
) -> dict[str, list[Effect]]:
    """Touchpoint -> what goes with it beyond chance, from `sums` of all people and of those who met each."""
    whole = {(row["stage"], row["band"]): row for row in everybody}
    strata: dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = {}
    for row in met:
        strata.setdefault(row["touchpoint"], []).append((row, whole[row["stage"], row["band"]]))
    tried: list[tuple[str, Outcome, Compared]] = []
    for touchpoint, pairs in sorted(strata.items()):
        for outcome in OUTCOMES:
            found = compared([(_group(one, outcome), _group(of, outcome)) for one, of in pairs])
            if found is not None:
                tried.append((touchpoint, outcome, found))
    kept = [(*one, q) for one, q in zip(tried, discovered([found.p for *_, found in tried]), strict=True) if q < 0.05]
    truths = {(touchpoint, outcome) for outcome in OUTCOMES for touchpoint in _clearest(kept, outcome)}
    told: dict[str, list[Effect]] = {}
    for touchpoint, outcome, found, q in sorted(kept, key=lambda one: -abs(one[2].value / one[2].deviation)):
        half = Z * found.deviation
        told.setdefault(touchpoint, []).append(
            Effect(
                outcome=outcome,
                value=found.value,
                ci_low=found.value - half,
                ci_high=found.value + half,
                met=found.met,
                not_met=found.not_met,
                q=q,
                currency=currency if outcome == "spend" else None,
                is_truth=(touchpoint, outcome) in truths,
            )
        )
    return told


def _clearest(kept: Iterable[tuple[str, Outcome, Compared, float]], outcome: Outcome) -> list[str]:
    of_it = [(abs(found.value / found.deviation), touchpoint) for touchpoint, name, found, _ in kept if name == outcome]
    return [touchpoint for _, touchpoint in sorted(of_it, key=lambda one: (-one[0], one[1]))[:TRUTHS]]


def _group(row: Mapping[str, Any], outcome: Outcome) -> _Group:
    return _Group(
        int(row[f"{outcome}_n"]), float(row[f"{outcome}_sum"] or 0.0), float(row[f"{outcome}_squares"] or 0.0)
    )


def compared(strata: Iterable[tuple[_Group, _Group]]) -> Compared | None:
    """Those who met it, within everybody, stratum by stratum; None where too few are to be compared or all are alike."""
    weights = moved = spread = 0.0
    met = not_met = 0
    for one, everybody in strata:
        other = everybody.less(one)
        if one.n < 2 or other.n < 2:
            continue
        weight = one.n * other.n / (one.n + other.n)
        weights += weight
        moved += weight * (one.mean - other.mean)
        spread += weight**2 * (one.error + other.error)
        met, not_met = met + one.n, not_met + other.n
    if met < LEAST or not_met < LEAST or spread <= 0.0:
        return None
    value, deviation = moved / weights, sqrt(spread) / weights
    return Compared(value, deviation, met, not_met, 1 - erf(abs(value) / deviation / sqrt(2)))
