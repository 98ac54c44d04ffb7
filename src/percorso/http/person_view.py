"""From what is stored of a person to the screen."""

from collections.abc import Sequence
from dataclasses import dataclass

from percorso.data.consent import is_signal
from percorso.data.people import LinkedIdentifier, hardest, linked_identifiers, next_play
from percorso.http.config import play_record
from percorso.http.names import Names
from percorso.http.person_shapes import (
    ConsentRecord,
    CounterRecord,
    DecisionRecord,
    EvidenceRecord,
    IdentifierBrief,
    IdentifierRecord,
    MoodRecord,
    NextPlayRecord,
    PersonRecord,
    PersonStage,
    PersonSummary,
    PersonTask,
    PositionRecord,
    StageStep,
    TraitRecord,
    ValueRecord,
)
from percorso.http.wire import iso, money, texts
from percorso.insight.position import positions
from percorso.model.config import Config
from percorso.model.consent import Permissions, choice_of, parts_of
from percorso.model.feeling import mood_at
from percorso.model.person import Evidence, Mood, Node, Position, Profile, StageEntry, merge_all
from percorso.model.time import Micros, to_iso
from percorso.ports import PersonRow, TaskRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFound:
    """What was read of one person."""

    asked_id: str
    person_id: str
    row: PersonRow | None
    nodes: Sequence[Node]
    decisions: Sequence[DecisionRecord]
    tasks: Sequence[TaskRow]


def person_record(found: PersonFound, config: Config, names: Names, allowed: Permissions, now: Micros) -> PersonRecord:
    """The whole screen, with mood and effort as they are `now`."""
    profile = merge_all(node.profile for node in found.nodes)
    mood = mood_at(profile.feelings, now)
    profiled = allowed.profiles(profile.consents, now)
    places = positions(profile.path)
    touchpoint = last_touchpoint(profile)
    row, facts = found.row, profile.facts
    return PersonRecord(
        person_id=found.person_id,
        asked_id=found.asked_id,
        moved=found.asked_id != found.person_id,
        name=row.name if row else None,
        known=row.known if row else False,
        first_seen_at=iso(facts.first.occurred_at if facts.first else None),
        last_seen_at=iso(facts.last.occurred_at if facts.last else None),
        last_touchpoint=names.touchpoint(touchpoint),
        events=facts.events,
        identifiers=[_identifier(linked) for linked in linked_identifiers(found.nodes)],
        positions=[_position(place, profile.path[place.journey], names) for place in _main_first(places, config)],
        mood=_mood(mood, profile, names),
        value=ValueRecord(orders=facts.orders, spend=money(facts.spend)),
        consents=_consents(profile, now),
        traits=_traits(profile),
        counters=_counters(profile),
        next_play=_next_play(found, config, places, touchpoint, mood, profiled),
        decisions=list(found.decisions),
        sent=sum(decision.result == "sent" for decision in found.decisions),
        not_sent=sum(decision.result == "not_sent" for decision in found.decisions),
        tasks=[_task(task, names, now) for task in found.tasks],
    )


def person_summary(row: PersonRow, places: Sequence[Position], config: Config, names: Names) -> PersonSummary:
    """A person in a list."""
    main = next(iter(_main_first(places, config)), None)
    stage = names.stage(main.stage, main.journey) if main else None
    return PersonSummary(
        person_id=row.person_id,
        name=row.name,
        known=row.known,
        first_seen_at=to_iso(row.first_seen_at),
        last_seen_at=to_iso(row.last_seen_at),
        events=row.events,
        orders=row.orders,
        spend=money(row.spend),
        position=PersonStage(journey=main.journey, stage=stage, since=to_iso(main.since)) if main and stage else None,
    )


def last_touchpoint(profile: Profile) -> str | None:
    """Where the person was last seen to move or to feel something."""
    moments = [(entry[:3], entry.touchpoint) for path in profile.path.values() for entry in path[-1:]]
    moments += [(evidence[:3], evidence.touchpoint) for evidence in profile.feelings[-1:]]
    placed = [moment for moment in moments if moment[1] is not None]
    return max(placed, key=lambda moment: moment[0])[1] if placed else None


def _main_first(places: Sequence[Position], config: Config) -> list[Position]:
    order = {journey.id: index for index, journey in enumerate(config.journeys)}
    return sorted(places, key=lambda place: order.get(place.journey, len(order)))


def _identifier(linked: LinkedIdentifier) -> IdentifierRecord:
    facts, via = linked.node.profile.facts, linked.via
    return IdentifierRecord(
        node_id=linked.node.node_id,
        kind=linked.node.kind,
        value=linked.node.value,
        link=linked.link,
        via=IdentifierBrief(kind=via.kind, value=via.value) if via else None,
        seen_with=linked.seen_with,
        claimed=linked.node.claimed,
        sessions=linked.sessions,
        events=facts.events,
        first_seen_at=iso(facts.first.occurred_at if facts.first else None),
        last_seen_at=iso(facts.last.occurred_at if facts.last else None),
    )


def _position(place: Position, entries: Sequence[StageEntry], names: Names) -> PositionRecord:
    stage = names.stage(place.stage, place.journey)
    assert stage is not None
    known = names.stage_record(place.stage, place.journey)
    return PositionRecord(
        journey=names.journey(place.journey),
        stage=stage,
        phase=known.phase if known else None,
        since=to_iso(place.since),
        came_from=names.stage(place.came_from, place.journey),
        touchpoint=names.touchpoint(place.touchpoint),
        path=_stays(place.journey, entries, names),
    )


def _stays(journey: str, entries: Sequence[StageEntry], names: Names) -> list[StageStep]:
    """Each stay once, with its beginning."""
    before = [None, *(entry.stage for entry in entries)]
    return [
        StageStep(stage=stage, at=to_iso(entry.occurred_at))
        for entry, previous in zip(entries, before, strict=False)
        if entry.stage != previous and (stage := names.stage(entry.stage, journey)) is not None
    ]


def _mood(mood: Mood, profile: Profile, names: Names) -> MoodRecord:
    return MoodRecord(
        mood=mood.mood,
        effort=mood.effort,
        evidence=[_evidence(one, names) for one in mood.evidence],
        hard=[_evidence(one, names) for one in hardest(profile.feelings, mood)],
    )


def _evidence(evidence: Evidence, names: Names) -> EvidenceRecord:
    return EvidenceRecord(
        at=to_iso(evidence.occurred_at),
        message_id=evidence.message_id,
        rule=evidence.rule,
        why=names.why(evidence.rule).name,
        mood=evidence.mood,
        effort=evidence.effort,
        touchpoint=names.touchpoint(evidence.touchpoint),
    )


def _consents(profile: Profile, now: Micros) -> list[ConsentRecord]:
    """What was chosen for each purpose and channel, without the signals: those are in the ledger."""
    records = []
    for key in sorted(key for key in profile.consents if not is_signal(key)):
        purpose, channel = parts_of(key)
        choice = choice_of(profile.consents, purpose, channel, now)
        if choice is not None:
            records.append(
                ConsentRecord(
                    purpose=purpose,
                    channel=channel,
                    state=choice.state_at(now),
                    since=to_iso(choice.occurred_at),
                    message_id=choice.message_id,
                )
            )
    return records


def _traits(profile: Profile) -> list[TraitRecord]:
    """A trait that was taken back (null) is not shown."""
    return [
        TraitRecord(name=name, value=said.value, since=to_iso(said.occurred_at))
        for name, said in sorted(profile.facts.traits.items())
        if said.value is not None
    ]


def _counters(profile: Profile) -> list[CounterRecord]:
    counters = sorted(profile.facts.counters.items(), key=lambda one: (-one[1], one[0]))
    return [CounterRecord(name=name, count=count) for name, count in counters]


def _next_play(
    found: PersonFound,
    config: Config,
    places: Sequence[Position],
    touchpoint: str | None,
    mood: Mood,
    profiled: bool,
) -> NextPlayRecord | None:
    main = next(iter(_main_first(places, config)), None)
    chosen = next_play(
        config.plays,
        stage=main.stage if main else None,
        touchpoint=touchpoint,
        mood=mood.mood,
        open_tasks={row.task.play for row in found.tasks if row.task.done_at is None},
        done={decision.play.id for decision in found.decisions},
        profiled=profiled,
    )
    return NextPlayRecord(because=chosen.because, play=play_record(chosen.play)) if chosen else None


def _task(row: TaskRow, names: Names, now: Micros) -> PersonTask:
    task = row.task
    return PersonTask(
        task_id=task.task_id,
        title=texts(task.title),
        queue=task.queue,
        play=names.play(task.play),
        due_at=to_iso(task.due_at),
        overdue=task.done_at is None and task.due_at < now,
        done_at=iso(task.done_at),
        outcome=task.outcome,
    )
