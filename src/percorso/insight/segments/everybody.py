"""The second reading of a segment's condition: an expression that answers for everybody.

`people_in(tree, about)` has one row for each person whom `data/segments/matching.py` lets in on the same day; a generated test
holds the two together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis

from percorso.insight.segments.known import consent_table, evidence, feelings_table, trait_table
from percorso.insight.segments.rows import by_day, counted, in_window, last_order, number_of, scaled
from percorso.model.condition_expr import _comparison, _Field, _json_field, to_expr
from percorso.model.feeling import FeelingRule
from percorso.model.segment_condition import (
    All,
    Any_,
    Comparisons,
    Fact,
    InSegment,
    Not,
    OfEvents,
    OfPerson,
    SegmentCondition,
    leaves,
)
from percorso.model.time import CivilClock, to_datetime


@dataclass(frozen=True)
class About:
    """What is asked: the tables of one moment, the day, and what the company's records say.

    table      name -> table (model/tables.py);  events: those that count
    """

    table: Callable[[str], Any]
    events: Any
    today: date
    civil: CivilClock
    feelings: Sequence[FeelingRule] = ()

    def begins(self, day: date) -> Any:
        """The first instant of a civil day, as the tables write times."""
        return ibis.literal(to_datetime(self.civil.midnight(day)).replace(tzinfo=None), "timestamp(6)")

    @property
    def ends(self) -> int:
        """When the day ends, in micros."""
        return self.civil.midnight(self.today + timedelta(days=1))


def people_in(tree: SegmentCondition, about: About) -> Any:
    """Expression (person_id): everybody whom the condition lets in."""
    everybody = _with_answers(tree, about)
    return everybody.filter(_met(tree, everybody, about)).select("person_id")


Columns = dict[str, Any]


def _with_answers(tree: SegmentCondition, about: About) -> Any:
    """Everybody, with a column of each thing that the condition asks."""
    asked = list(leaves(tree))
    facts = {leaf.fact.key: leaf.fact for leaf in asked if isinstance(leaf, OfEvents)}
    tables = [_plain_facts([one for one in facts.values() if one.kind != "then"], about)]
    tables += [_pairs(one, about) for one in facts.values() if one.kind == "then"]
    tables += [_of_person(path, about) for path in sorted({leaf.path for leaf in asked if isinstance(leaf, OfPerson)})]
    tables += [_members(segment, about) for segment in sorted({x.segment for x in asked if isinstance(x, InSegment)})]
    people = about.table("people").select("person_id", "orders", "spend")
    return reduce(_beside, [one for one in tables if one is not None], people)


def _beside(people: Any, more: Any) -> Any:
    joined = people.left_join(more, "person_id")
    return joined.select(
        *(people[name] for name in people.columns), *(more[name] for name in more.columns if name != "person_id")
    )


# events


def _plain_facts(facts: Sequence[Fact], about: About) -> Any:
    """(person_id, f_KEY ...) of people who did any of it: one reading of the events for all facts."""
    if not facts:
        return None
    rows = counted(about.events)
    rows = rows.mutate(
        **{f"m_{fact.key}": to_expr(fact.event, rows) & in_window(rows, fact, about.today) for fact in facts},
        **{f"n_{fact.key}": number_of(rows, fact.of) for fact in facts if fact.of is not None},
    )
    rows = rows.filter(reduce(or_, [rows[f"m_{fact.key}"] for fact in facts]))
    return rows.group_by("person_id").agg(**{f"f_{fact.key}": _folded(fact, rows) for fact in facts})


def _folded(fact: Fact, rows: Any) -> Any:
    met = rows[f"m_{fact.key}"]
    if fact.kind == "count":
        return met.sum()
    if fact.kind in ("first_day", "last_day"):
        return (rows.local_date.min if fact.kind == "first_day" else rows.local_date.max)(where=met)
    number = rows[f"n_{fact.key}"]
    has = met & number.notnull()
    if fact.kind == "sum":
        return scaled(number).sum(where=has).cast("int64")
    return number.argmax(last_order(rows, number), where=has)


def _pairs(fact: Fact, about: About) -> Any:
    """(person_id, f_KEY) of those who did the one and then, soon enough, the other."""
    assert fact.within is not None
    days = by_day(fact, counted(about.events), ["person_id"], about.today)
    seconds = days.filter(days.second.notnull(), days.local_date <= about.today)
    if fact.days is not None:
        seconds = seconds.filter(seconds.local_date > about.today - timedelta(days=fact.days))
    same = seconds.filter(seconds.first < seconds.second).select("person_id")
    firsts = days.filter(days.first.notnull()).select(holder="person_id", earlier="local_date")
    latest = firsts.earlier + ibis.interval(days=fact.within)
    apart = seconds.inner_join(
        firsts,
        [
            seconds.person_id == firsts.holder,
            firsts.earlier < seconds.local_date,
            latest.cast("date") >= seconds.local_date,
        ],
    ).select("person_id")
    met = same.union(apart).distinct()
    return met.mutate(**{f"f_{fact.key}": ibis.literal(True)})


# what is known of people


def _column(path: tuple[str, ...]) -> str:
    return "p_" + "".join(letter if letter.isalnum() else f"_{ord(letter)}_" for letter in ".".join(path))


def _of_person(path: tuple[str, ...], about: About) -> Any:
    what, name = path[0], _column(path)
    if what == "traits":
        return trait_table(about.events, path[1]).rename({name: "value"})
    if what == "consent":
        return consent_table(about.table("consents"), path[1], about.ends).rename({name: "state"})
    if what in ("stage", "stage_days"):
        here = about.table("positions")
        here = here.filter(here.journey == path[1])
        return here.select("person_id", **{name: here.stage if what == "stage" else here.since})
    if what in ("mood", "effort"):
        said = evidence(about.feelings, about.events)
        return None if said is None else feelings_table(said, about.ends).select("person_id", **{name: what})
    return None  # with the people themselves


def _members(segment: str, about: About) -> Any:
    members = about.table("segments")
    members = members.filter(members.segment == segment)
    return members.select("person_id", **{f"s_{segment}": ibis.literal(True)})


# the tree


def _met(tree: SegmentCondition, people: Any, about: About) -> Any:
    if isinstance(tree, All | Any_):
        return reduce(and_ if isinstance(tree, All) else or_, [_met(part, people, about) for part in tree.parts])
    if isinstance(tree, Not):
        return ~_met(tree.part, people, about)
    if isinstance(tree, InSegment):
        return people[f"s_{tree.segment}"].notnull()
    return _event_met(tree, people, about) if isinstance(tree, OfEvents) else _person_met(tree, people, about)


def _event_met(leaf: OfEvents, people: Any, about: About) -> Any:
    column = people[f"f_{leaf.fact.key}"]
    if leaf.fact.kind == "then":
        return column.notnull()
    if leaf.since:
        return _all(_days_met(column.notnull(), op, value, about.today, *_on(column)) for op, value in leaf.tests)
    if leaf.fact.kind != "last":
        column = ibis.coalesce(column, 0)
    if leaf.fact.kind == "sum":
        column = column.cast("float64") / ibis.literal(10_000.0, "float64")
    return _numbers_met(column, leaf.tests, people)


def _numbers_met(column: Any, tests: Comparisons, people: Any) -> Any:
    field = _Field(None, column, None, column.notnull())
    return _all(_comparison(field, operator, value, people) for operator, value in tests)


def _person_met(leaf: OfPerson, people: Any, about: About) -> Any:
    what, name = leaf.path[0], _column(leaf.path)
    if what == "orders":
        return _numbers_met(people.orders, leaf.tests, people)
    if what in ("mood", "effort"):
        missing = ibis.null("float64")
        column = people[name] if name in people.columns else missing
        if what == "effort":
            column = ibis.coalesce(column, ibis.literal(0.0, "float64"))
        elif name not in people.columns:
            column = ibis.ifelse(people.person_id == "", ibis.literal(0.0, "float64"), missing)
        return _numbers_met(column, leaf.tests, people)
    if what == "stage_days":
        column = people[name]
        before, since = _at(column, about)
        return _all(_days_met(column.notnull(), op, value, about.today, before, since) for op, value in leaf.tests)
    if what == "spend":
        field = _json_field(people.spend.cast("json"), [leaf.path[1]])
    elif what == "traits":
        field = _json_field(people[name].cast("json"), leaf.path[2:])
    else:
        field = _Field(people[name], None, None, people[name].notnull())
    return _all(_comparison(field, operator, value, people) for operator, value in leaf.tests)


def _all(tests: Any) -> Any:
    return reduce(and_, list(tests))


Bound = Callable[[date], Any]


def _on(column: Any) -> tuple[Bound, Bound]:
    """A day that is not after, and one that is not before another."""
    return (
        lambda day: (column <= ibis.literal(day)).fill_null(False),
        lambda day: (column >= ibis.literal(day)).fill_null(False),
    )


def _at(column: Any, about: About) -> tuple[Bound, Bound]:
    """The same of a moment's civil day."""
    return (
        lambda day: (column < about.begins(day + timedelta(days=1))).fill_null(False),
        lambda day: (column >= about.begins(day)).fill_null(False),
    )


def _days_met(present: Any, operator: str, value: Any, today: date, until: Bound, since: Bound) -> Any:
    """Whether a day lies so many days before today."""
    if operator == "exists":
        return present if value else ~present
    day = today - timedelta(days=max(min(value, 500_000), -500_000))
    if operator == "at_least":
        return until(day)
    if operator == "at_most":
        return since(day)
    if operator == "above":
        return until(day - timedelta(days=1))
    if operator == "below":
        return since(day + timedelta(days=1))
    same = until(day) & since(day)
    return same if operator == "is" else ~same
