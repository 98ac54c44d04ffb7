"""From a decision and its message to what an agent reads: done, or not done and why."""

from collections.abc import Mapping, Sequence

from percorso.http.names import Names
from percorso.http.person_shapes import AlternativeRecord, DecisionRecord, MessageRecord, Sent
from percorso.model.decision import Decision
from percorso.model.message import MessageState
from percorso.model.time import to_iso
from percorso.ports import Dispatched

_RESULT: Mapping[MessageState, Sent] = {
    MessageState.QUEUED: "waiting",
    MessageState.DEFERRED: "waiting",
    MessageState.REFUSED: "not_sent",
    MessageState.REJECTED: "not_sent",
    MessageState.ATTEMPTED: "unknown",
    MessageState.UNKNOWN: "unknown",
    MessageState.ACCEPTED: "sent",
}


def decision_records(
    decisions: Sequence[Decision], dispatched: Sequence[Dispatched], names: Names
) -> list[DecisionRecord]:
    """Decisions in the order given, each with its message."""
    by_decision = {one.message.decision_id: one for one in dispatched}
    return [decision_record(decision, by_decision.get(decision.decision_id), names) for decision in decisions]


def decision_record(decision: Decision, dispatched: Dispatched | None, names: Names) -> DecisionRecord:
    message = message_record(dispatched) if dispatched else None
    refusal = decision.refusal.value if decision.refusal else None
    return DecisionRecord(
        decision_id=decision.decision_id,
        play=names.play(decision.play),
        at=to_iso(decision.decided_at),
        cause_message_id=decision.cause_message_id,
        touchpoint=names.touchpoint(decision.touchpoint),
        stage=names.stage(decision.stage),
        channel=decision.channel,
        result=result_of(decision, dispatched),
        refusal=message.refusal if message and message.refusal else refusal,
        historical=decision.historical,
        reasons=list(decision.reasons),
        alternatives=[
            AlternativeRecord(play=names.play(str(other["play"])), priority=int(other["priority"]))
            for other in decision.alternatives
        ],
        message=message,
    )


def result_of(decision: Decision, dispatched: Dispatched | None) -> Sent:
    """What became of it, in one word."""
    if decision.outcome == "refused":
        return "not_sent"
    if dispatched is not None:
        return _RESULT[dispatched.message.state]
    return "task" if decision.outcome == "task" else "waiting"


def message_record(dispatched: Dispatched) -> MessageRecord:
    message = dispatched.message
    return MessageRecord(
        message_id=message.message_id,
        channel=message.channel,
        state=message.state.value,
        state_at=to_iso(dispatched.state_at),
        due_at=to_iso(message.due_at),
        refusal=message.refusal,
        recipient=dispatched.recipient,
        attempts=message.attempts,
    )
