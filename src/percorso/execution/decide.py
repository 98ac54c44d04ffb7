"""event + person -> decisions: which plays answer an event, and what they make happen.

Pure and deterministic: the same cause gives the same decisions under the same ids, whoever computes it and however often;
storing keeps the first (`StateTransaction.add_acts`). Nothing here asks whether something may be sent: that is the gate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from percorso.execution.business_key import business_key
from percorso.execution.reasons import Reader, compile_reasons
from percorso.model.config import Config
from percorso.model.consent import PROFILING_INTENTS, Permissions, permissions
from percorso.model.decision import Decision, Refusal
from percorso.model.dispatch import Dispatch
from percorso.model.event import Event, Placed
from percorso.model.message import Message, Task
from percorso.model.play import Intent, Play, TaskTemplate
from percorso.model.subject import EventSubject
from percorso.model.time import DAY, MINUTE, Micros

WORTH: Mapping[Intent, Micros] = {"serve": 3 * DAY, "ask": 7 * DAY, "entertain": 14 * DAY, "sell": 7 * DAY}
"""How long after the event a message of each intent is still worth sending."""

_TASK = "task"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What one event makes happen; each message and task belongs to one of the decisions."""

    decisions: tuple[Decision, ...] = ()
    messages: tuple[Message, ...] = ()
    tasks: tuple[Task, ...] = ()


NOTHING = Acts()


@dataclass(frozen=True, slots=True)
class _Ready:
    """A play made ready: why it matched, and the lanes it acts in (a channel, or the tasks of the company's people)."""

    play: Play
    why: Reader
    lanes: tuple[str, ...]


class Decider:
    """Chooses among the plays of one configuration.

    In each lane (one per channel, one for tasks) the matching play of the highest priority acts, by id among equals; a
    play that acts in no lane is an alternative of those that took its lanes.
    """

    def __init__(self, config: Config, allowed: Permissions | None = None) -> None:
        self._allowed = permissions(config.purposes, {}) if allowed is None else allowed
        plays = sorted(config.plays, key=lambda play: (-play.priority, play.id))
        self._plays = Dispatch([(play.when, _ready(play)) for play in plays])

    def cares(self, event: Event) -> bool:
        """Whether any play may match an event of this name; lets the many others pass at the price of one look-up."""
        return bool(self._plays.candidates(event.name))

    def decide(self, event: Event, placed: Placed, subject: EventSubject) -> Acts:
        """The acts that an event causes. `subject` reads the event and the person after it.

        An event of nobody causes nothing. One of history is decided, refused as `historical`, and makes nothing happen; so
        is, as `no_profiling`, what would sell to or entertain somebody who is not to be singled out.
        """
        candidates = self._plays.candidates(event.name)
        if not candidates or placed.person_id is None or placed.node_id is None:
            return NOTHING
        matched = [ready for test, ready in candidates if test(subject)]
        if not matched:
            return NOTHING
        taken = _take_lanes(matched)
        acts = [
            _act(
                ready, lanes, _beaten(ready, matched, taken), event, placed, subject, self._refusal(ready.play, subject)
            )
            for ready in matched
            if (lanes := tuple(lane for lane in ready.lanes if taken[lane] is ready))
        ]
        return Acts(
            decisions=tuple(decision for decision, _, _ in acts),
            messages=tuple(message for _, message, _ in acts if message is not None),
            tasks=tuple(task for _, _, task in acts if task is not None),
        )

    def _refusal(self, play: Play, subject: EventSubject) -> Refusal | None:
        """Why a play that matches does nothing all the same."""
        event = subject.event
        if event.historical:
            return Refusal.HISTORICAL
        singles_out = play.intent in PROFILING_INTENTS
        if singles_out and not self._allowed.profiles(subject.profile.consents, event.occurred_at):
            return Refusal.NO_PROFILING
        return None


def act_id(*words: str) -> str:
    """32 hexadecimal digits that stand for a cause: the same words give the same id for ever."""
    return blake2b(
        "\0".join(words).encode("utf-8", "surrogatepass"), digest_size=16, person=b"percorso-act"
    ).hexdigest()


def _ready(play: Play) -> _Ready:
    lanes = (*((play.message.channel,) if play.message else ()), *((_TASK,) if play.task else ()))
    return _Ready(play, compile_reasons(play.when), lanes)


def _take_lanes(matched: Sequence[_Ready]) -> dict[str, _Ready]:
    """lane -> the play that acts in it; `matched` comes best first."""
    taken: dict[str, _Ready] = {}
    for ready in matched:
        for lane in ready.lanes:
            taken.setdefault(lane, ready)
    return taken


def _beaten(winner: _Ready, matched: Sequence[_Ready], taken: Mapping[str, _Ready]) -> list[dict[str, Any]]:
    """The plays that wanted a lane which the winner took."""
    return [
        {"play": ready.play.id, "priority": ready.play.priority}
        for ready in matched
        if ready is not winner and any(taken[lane] is winner for lane in ready.lanes)
    ]


def _act(
    ready: _Ready,
    lanes: Sequence[str],
    beaten: Sequence[Mapping[str, Any]],
    event: Event,
    placed: Placed,
    subject: EventSubject,
    refusal: Refusal | None,
) -> tuple[Decision, Message | None, Task | None]:
    play = ready.play
    decision = _decision(ready, lanes, beaten, event, placed, subject, refusal)
    if refusal is not None:
        return decision, None, None
    message = None if decision.channel is None else _message(play, decision, decision.channel, event)
    task = _task(play, play.task, decision, event) if play.task and _TASK in lanes else None
    return decision, message, task


def _decision(
    ready: _Ready,
    lanes: Sequence[str],
    beaten: Sequence[Mapping[str, Any]],
    event: Event,
    placed: Placed,
    subject: EventSubject,
    refusal: Refusal | None,
) -> Decision:
    play = ready.play
    key = business_key(play, event, placed, subject)
    channel = next((lane for lane in lanes if lane != _TASK), None)
    return Decision(
        decision_id=act_id("decision", key),
        business_key=key,
        play=play.id,
        play_version=play.version,
        node_id=placed.node_id or "",
        person_id=placed.person_id or "",
        cause_seq=event.seq,
        cause_message_id=event.message_id,
        touchpoint=placed.touchpoint,
        stage=placed.stage,
        channel=channel,
        outcome="refused" if refusal is not None else "task" if channel is None else "queued",
        refusal=refusal,
        reasons=tuple(ready.why(subject)),
        alternatives=tuple(beaten),
        decided_at=event.occurred_at,
        historical=event.historical,
    )


def _message(play: Play, decision: Decision, channel: str, event: Event) -> Message:
    key = f"{decision.business_key}:{channel}"
    return Message(
        message_id=act_id("message", key),
        business_key=key,
        decision_id=decision.decision_id,
        node_id=decision.node_id,
        channel=channel,
        play=play.id,
        play_version=play.version,
        intent=play.intent,
        purpose=play.purpose,
        facts={"name": event.name, "properties": dict(event.properties)},
        created_at=event.received_at,
        due_at=event.received_at,
        expires_at=event.occurred_at + WORTH[play.intent],
    )


def _task(play: Play, template: TaskTemplate, decision: Decision, event: Event) -> Task:
    return Task(
        task_id=act_id("task", decision.business_key),
        decision_id=decision.decision_id,
        node_id=decision.node_id,
        play=play.id,
        queue=template.queue,
        title=dict(template.title),
        created_at=event.received_at,
        due_at=event.received_at + template.due_minutes * MINUTE,
    )
