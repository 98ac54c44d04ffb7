"""What became of each visit, and what had been before it.

Three outcomes follow the moment of a visit: the person was lost (did not buy in time), got in touch, gave a low score. Each
counts only when its time is over: what is still open is neither. The same three, weeks before the moment, are the placebo:
nothing that had not happened yet can have caused them.
"""

from collections.abc import Mapping
from typing import Any

import ibis

from percorso.insight.friction.scores import is_low
from percorso.insight.friction.signals import contacts
from percorso.insight.friction.visits import VISITS
from percorso.insight.seconds import epoch_s
from percorso.model.journey import Journey

GOALS = ("Order Completed", "Subscription Started")
"""Buying."""
DAY_S = 86_400
LOST_DAYS: Mapping[str, int] = {"before": 7, "during": 1, "after": 60}
"""How long people have to buy, by the phase of the stage they were in; without a stage as before the purchase. After the
purchase the question is whether they come back."""
CONTACT_DAYS = 7
LOW_DAYS = 14
PLACEBO_DAYS = 28
"""So long before the moment the time of the placebo begins."""
MOST = 1_000
"""Who buys, gets in touch or answers more often than this in the time looked at is no person (a shop's own number, a robot):
what became of their visits is not told."""
APART_DAYS = 35
"""A visit tells of a placebo only when nothing like it had been met for so long."""

MEASURES = ("lost", "contact", "low", "before_lost", "before_contact", "before_low")
"""Columns of visits: 1 or 0, null while open or where nobody was asked; ``before_``: the placebo of the same outcome."""
KEPT = (*VISITS, "weeks", "week", "period", "bought", "contacted", *MEASURES)


def phases(journey: Journey) -> Mapping[str, str]:
    """The phase of each stage. From the stage in which people buy on it is that after the purchase."""
    found: dict[str, str] = {}
    bought = max(
        (at for at, stage in enumerate(journey.stages) if stage.phase == "during"), default=len(journey.stages)
    )
    for at, stage in enumerate(journey.stages):
        found[stage.id] = "after" if at >= bought else stage.phase
    return found


def with_outcomes(visits: Any, events: Any, journey: Journey, known_to: int) -> Any:
    """Expression: visits with `KEPT`. `events`: of people, from some time before the visits on; `known_to`: seconds since
    1970 before which everything is known."""
    outcomes = _outcomes(events)
    busy = outcomes.group_by("person_id").agg(n=lambda row: row.count()).filter(lambda row: row.n > MOST)
    counted = visits.left_join(_counts(visits, outcomes.anti_join(busy, "person_id")), ["signal", "seq"])
    names = [name for name in counted.columns if name.startswith(("goal", "contacts", "scores", "lows"))]
    rows = counted.select(
        *(visits[name] for name in visits.columns), **{name: ibis.coalesce(counted[name], 0) for name in names}
    ).anti_join(busy, "person_id")
    along = ibis.window(group_by=[rows.person_id, rows.signal], order_by=rows.at, range=(-APART_DAYS * DAY_S, -1))
    first = ibis.coalesce(rows.hit.cast("int64").sum().over(along), 0) == 0
    return _told(rows.mutate(first=first), phases(journey), known_to)


def _outcomes(events: Any) -> Any:
    """(person_id, then, goal, contact, scored, low)."""
    named = events.filter(events.name.isin((*GOALS, *contacts.NAMES, "Survey Answered")))
    answered = (named.name == "Survey Answered") & named.score.notnull()
    return named.select(
        person_id=named.person_id,
        then=epoch_s(named.occurred_at).cast("int64"),
        goal=named.name.isin(GOALS),
        contact=named.name.isin(contacts.NAMES),
        scored=answered,
        low=answered & ibis.coalesce(is_low(named), ibis.literal(False)),
    )


def _counts(visits: Any, outcomes: Any) -> Any:
    """(signal, seq, and how many of each outcome in each time): each visit is set beside all that its person did."""
    pairs = visits.select("signal", "seq", "person_id", "at").inner_join(outcomes, "person_id")
    apart = pairs.then - pairs["at"]

    def count(what: Any, first: int, last: int) -> Any:
        return (what & (apart >= first) & (apart <= last)).cast("int64").sum()

    then = -PLACEBO_DAYS * DAY_S
    times = {f"goal_{days}": count(pairs.goal, 0, days * DAY_S) for days in sorted(set(LOST_DAYS.values()))}
    times |= {f"goal_{days}_then": count(pairs.goal, then, then + days * DAY_S) for days in (1, 7)}
    return pairs.group_by("signal", "seq").agg(
        **times,
        contacts=count(pairs.contact, 1, CONTACT_DAYS * DAY_S),
        contacts_then=count(pairs.contact, then, then + CONTACT_DAYS * DAY_S),
        scores=count(pairs.scored, 1, LOW_DAYS * DAY_S),
        lows=count(pairs.low, 1, LOW_DAYS * DAY_S),
        scores_then=count(pairs.scored, then, then + LOW_DAYS * DAY_S),
        lows_then=count(pairs.low, then, then + LOW_DAYS * DAY_S),
        goals_before=count(pairs.goal, -90 * DAY_S, -1),
        contacts_before=count(pairs.contact, -CONTACT_DAYS * DAY_S, -1),
    )


def _told(rows: Any, phases: Mapping[str, str], known_to: int) -> Any:
    """Counts as outcomes: 1, 0, or null where it is not known or not to be judged."""
    phase = ibis.cases(
        *((rows.stage == stage, ibis.literal(phase)) for stage, phase in phases.items()), else_=ibis.literal("before")
    )
    rows = rows.mutate(phase=phase)
    none = ibis.null("int64")

    def known(days: int) -> Any:
        return rows.at + days * DAY_S <= known_to

    def bought(suffix: str) -> Any:
        return ibis.cases(
            *((rows.phase == one, rows[f"goal_{LOST_DAYS[one]}{suffix}"]) for one in ("before", "during")),
            else_=rows.goal_60 if not suffix else none,
        )

    over = ibis.cases(*((rows.phase == one, known(days)) for one, days in LOST_DAYS.items()), else_=known(60))
    before = bought("_then")
    answers = {
        "lost": ibis.ifelse(over, (bought("") == 0).cast("int64"), none),
        "contact": ibis.ifelse(known(CONTACT_DAYS), (rows.contacts > 0).cast("int64"), none),
        "low": ibis.ifelse(rows.scores > 0, (rows.lows > 0).cast("int64"), none),
        "before_lost": ibis.ifelse(rows.first & before.notnull(), (before == 0).cast("int64"), none),
        "before_contact": ibis.ifelse(rows.first, (rows.contacts_then > 0).cast("int64"), none),
        "before_low": ibis.ifelse(rows.first & (rows.scores_then > 0), (rows.lows_then > 0).cast("int64"), none),
    }
    week = rows.local_date.delta(ibis.date(1970, 1, 5), unit="day") // 7
    return rows.mutate(
        week=week,
        period=week // rows.weeks,
        bought=(rows.goals_before > 0).cast("int64"),
        contacted=(rows.contacts_before > 0).cast("int64"),
        **answers,
    ).select(*KEPT)
