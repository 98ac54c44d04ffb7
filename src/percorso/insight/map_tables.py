"""The tables behind the journey map: each an expression over the moments of a window.

``moments`` are the events of a window with ``position``, the stage their person was in (journey_map.py), and ``index``,
that stage's place in the journey; every figure of the map is counted from this one table.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis

from percorso.insight.kpi.ask import within
from percorso.insight.positions_then import last_stage
from percorso.insight.seconds import epoch_s
from percorso.insight.trouble import TROUBLES
from percorso.insight.windows import Window
from percorso.model.condition import event_names
from percorso.model.condition_expr import property_number, to_expr
from percorso.model.journey import Journey

COLUMNS = (
    *("seq", "message_id", "name", "person_id", "occurred_at", "tie", "touchpoint", "channel", "stage", "local_date"),
    *("score", "scale", "survey_kind", "reply_to", "wait_s", "language", "comment"),
)
_TALK = ("talk_s", "hold_s", "wrap_s")
READS: Mapping[str | None, tuple[str, ...]] = {
    "Survey Answered": ("kind", "score", "scale"),
    "Call Ended": _TALK,
    None: ("comment", "text", "language"),
}
"""Event name (None: any) -> the properties behind the rows of the map; conditions and KPIs of it tell their own."""
_ORDER = ("person_id", "occurred_at", "tie", "message_id", "stage")
SLOW_SHARE = 0.9
"""Who takes longer to go on than this share of those who do is not waited for."""
QUOTES = 2
"""So many of the unhappiest and so many of the happiest."""


def opened_stage(events: Any, journey: Journey, *, main: bool) -> Any:
    """The stage of the journey that each event opens: written on the event for the main journey, else read again."""
    if main:
        return events.stage
    branches = [(to_expr(stage.entry, events), ibis.literal(stage.id)) for stage in reversed(journey.stages)]
    return ibis.cases(*branches, else_=ibis.null("string"))


def moments(events: Any, journey: Journey, window: Window, *, main: bool) -> Any:
    """Events of people in the window with ``position`` and ``index``; what they did before says where they began.

    Positions are worked out over the few columns that make the order, and then joined to the rows.
    """
    inside = _opening(events.filter(within(events, window)), journey, main).select(*COLUMNS, "properties")
    order = inside.select("seq", *_ORDER)
    begun = _begun(events, order, journey, window, main=main)
    placed = last_stage(order.union(begun)).filter(lambda row: row.seq >= 0).select("seq", "position")
    joined = inside.left_join(placed, "seq")
    index = ibis.cases(
        *((placed.position == stage.id, ibis.literal(at, "int64")) for at, stage in enumerate(journey.stages)),
        else_=ibis.null("int64"),
    )
    return joined.select(*(inside[name] for name in inside.columns), position=placed.position, index=index)


def _opening(events: Any, journey: Journey, main: bool) -> Any:
    """Events of people, with the stage of the journey that each opens."""
    return events.filter(events.person_id.notnull()).mutate(stage=opened_stage(events, journey, main=main))


def _begun(events: Any, inside: Any, journey: Journey, window: Window, *, main: bool) -> Any:
    """The last opening before the window of each person in it, as a row of `inside` with seq -1.

    Its time first, then the row: two narrow readings cost less than one that keeps all rows to find the last. (Of one
    time there may be several; the order tells them apart.)
    """
    before = _opening(events.filter(events.local_date < window.start), journey, main)
    opened = before.filter(before.stage.notnull())
    times = opened.select("person_id", "occurred_at").semi_join(inside.select("person_id"), "person_id")
    latest = times.group_by("person_id").agg(occurred_at=times.occurred_at.max())
    last = before.select(*_ORDER).filter(lambda row: row.stage.notnull())
    last = last.semi_join(latest, ["person_id", "occurred_at"])
    return last.mutate(seq=ibis.literal(-1, "int64")).select(*inside.columns)


def people(moments: Any) -> Any:
    """(people, placed): all, and those who were in some stage."""
    return moments.agg(
        people=moments.person_id.nunique(), placed=moments.person_id.nunique(where=moments.index.notnull())
    )


def stage_people(moments: Any) -> Any:
    """(index, people)."""
    placed = moments.filter(moments.index.notnull())
    return placed.group_by("index").agg(people=placed.person_id.nunique())


def stays(moments: Any) -> Any:
    """(person_id, index, first, opened, onward): when each person was first seen in a stage, when they opened it in the
    window, and when they were next in one further on; the last two are null where they were not."""
    placed = moments.filter(moments.index.notnull())
    opens = placed.stage == placed.position
    came = placed.group_by("person_id", "index").agg(
        first=placed.occurred_at.min(), opened=placed.occurred_at.min(where=opens.fill_null(False))
    )
    entries = placed.filter(opens.fill_null(False)).select(
        "person_id", next_index=lambda row: row.index, next_at=lambda row: row.occurred_at
    )
    met = came.left_join(
        entries,
        [
            came.person_id == entries.person_id,
            entries.next_index > came.index,
            entries.next_at >= came.first,
        ],
    )
    return met.group_by("person_id", "index").agg(
        first=met["first"].max(), opened=met.opened.max(), onward=met.next_at.min()
    )


def conversions(stays: Any, until: datetime) -> Any:
    """(index, people, onward, median_next_s, waiting): who was in a stage, who went on, how soon, who still may.

    The time runs from the event that opened the stage in the window; people who were in it before are left out of it.
    waiting: those who did not go on, and have been in the stage for less time, `until` then, than nine of ten took who
    went on; the others are lost. Where nobody went on nobody can be said to be.
    """
    timed = stays.opened.notnull() & (stays.onward >= stays.opened)
    passed = (epoch_s(stays.onward) - epoch_s(stays.opened)).cast("float64")
    waited = ibis.ifelse(timed, passed, ibis.null("float64"))  # Spark takes no condition beside a quantile
    usual = stays.group_by("index").agg(median_next_s=waited.median(), slow_s=waited.quantile(SLOW_SHARE))
    known = stays.join(usual, "index")
    since = ibis.coalesce(known.opened, known["first"])
    here = (epoch_s(ibis.literal(until, "timestamp(6)")) - epoch_s(since)).cast("float64")
    waiting = known.onward.isnull() & (known.slow_s.isnull() | (here <= known.slow_s))
    return known.group_by("index").agg(
        people=known.count(),
        onward=known.onward.count(),
        median_next_s=known.median_next_s.max(),
        waiting=waiting.sum(),
    )


def touchpoints(moments: Any) -> Any:
    """(index, touchpoint, channel, people, events)."""
    placed = moments.filter(moments.index.notnull())
    return placed.group_by("index", "touchpoint").agg(
        channel=placed.channel.max(), people=placed.person_id.nunique(), events=placed.count()
    )


def mood_of(rows: Any) -> Any:
    """A survey's score on -1 to 1; null when there is none or it is out of its scale."""
    top = ibis.coalesce(
        rows.scale,
        ibis.cases((rows.survey_kind == "nps", 10.0), (rows.survey_kind == "ces", 7.0), else_=5.0),
    )
    low = ibis.ifelse(rows.survey_kind == "nps", 0.0, 1.0)
    value = (rows.score - low) / (top - low) * 2.0 - 1.0
    asked = (rows.name == "Survey Answered") & rows.survey_kind.isin(["nps", "csat", "ces"]) & (top > low)
    return ibis.ifelse(asked & value.between(-1.0, 1.0), value, ibis.null("float64"))


def moods(moments: Any) -> Any:
    """(index, n, total, squares) of the scores."""
    scored = moments.filter(moments.index.notnull()).mutate(mood=mood_of(moments))
    scored = scored.filter(scored.mood.notnull())
    return scored.group_by("index").agg(
        n=scored.count(), total=scored.mood.sum(), squares=(scored.mood * scored.mood).sum()
    )


def quotes(moments: Any) -> Any:
    """The unhappiest and happiest comments of each stage; among equals the newest."""
    said = moments.filter(moments.index.notnull(), moments.comment.length() > 0).mutate(mood=mood_of(moments))
    feeling = ibis.coalesce(said.mood, ibis.ifelse(said.name == "Complaint Filed", -1.0, 0.0))
    newest = [said.occurred_at.desc(), said.seq.desc()]
    ranked = said.mutate(
        worst=ibis.row_number().over(ibis.window(group_by=said["index"], order_by=[feeling, *newest])),
        best=ibis.row_number().over(ibis.window(group_by=said["index"], order_by=[feeling.desc(), *newest])),
    )
    chosen = ranked.filter((ranked.worst < QUOTES) | (ranked.best < QUOTES))
    return chosen.select(
        *("index", "message_id", "person_id", "occurred_at", "touchpoint", "language", "comment", "mood", "worst"),
        kind=lambda row: ibis.coalesce(row.survey_kind, row.name),
    ).order_by("index", "worst")


def frictions(moments: Any) -> Any:
    """(index, and for each trouble NAME_events and NAME_people)."""
    names = set().union(*(event_names(trouble.when) or () for trouble in TROUBLES.values()))
    watched = moments.filter(moments.index.notnull(), moments.name.isin(sorted(names)))
    watched = watched.mutate(type=ibis.literal("track"))
    sums: dict[str, Any] = {}
    for name, trouble in TROUBLES.items():
        met = to_expr(trouble.when, watched)
        sums[f"{name}_events"] = met.sum()
        sums[f"{name}_people"] = watched.person_id.nunique(where=met)
    return watched.group_by("index").agg(**sums)


def back_office(moments: Any) -> Any:
    """(index, answered, abandoned, handled, handling_s, late, deliveries)."""
    names = ("Call Answered", "Call Abandoned", "Call Ended", "Order Delivered", "Parcel Delivered")
    work = moments.filter(moments.index.notnull(), moments.name.isin(names))
    parts = [ibis.coalesce(property_number(work, part), 0.0) for part in _TALK]
    ended = (work.name == "Call Ended") & property_number(work, "talk_s").notnull()
    late = TROUBLES["late_delivery"]
    assert late.out_of is not None
    return work.group_by("index").agg(
        answered=(work.name == "Call Answered").sum(),
        abandoned=(work.name == "Call Abandoned").sum(),
        handled=ended.sum(),
        handling_s=sum(parts[1:], parts[0]).mean(where=ended),
        late=to_expr(late.when, work).sum(),
        deliveries=to_expr(late.out_of, work).sum(),
    )


def live(positions: Any, journey: Journey) -> Any:
    """(stage, people) now."""
    here = positions.filter(positions.journey == journey.id)
    return here.group_by("stage").agg(people=here.count())


def by_index(rows: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """Rows by their stage's place in the journey."""
    return {int(row["index"]): row for row in rows}
