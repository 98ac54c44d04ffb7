"""One person as they are read: why their identifiers are theirs, and what to do for them next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from percorso.model.identifier import rank
from percorso.model.person import Evidence, Mood, Node
from percorso.model.play import Play

Link = Literal["root", "linked", "shared", "alone"]
"""root    the strongest identifier of the person; their id comes from it
linked  seen together with the stronger identifier `via`
shared  seen with several people of equal claim, so it belongs to none of them
alone   the only identifier known
"""

NextReason = Literal["open_task", "stage_touchpoint", "stage", "touchpoint"]

UNHAPPY = -0.3
"""Below this mood nobody is sold anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedIdentifier:
    """An identifier with the evidence that it is this person's. `seen_with`: stronger identifiers it was seen with."""

    node: Node
    link: Link
    via: Node | None
    seen_with: int


def linked_identifiers(nodes: Sequence[Node]) -> list[LinkedIdentifier]:
    """A person's identifiers, strongest first, each with why it is theirs."""
    by_id = {node.node_id: node for node in nodes}
    ordered = sorted(nodes, key=lambda node: (node.parent_id is not None, rank(node.kind), node.kind, node.value))
    return [
        LinkedIdentifier(
            node=node,
            link=_link(node, alone=len(nodes) == 1),
            via=by_id.get(node.parent_id) if node.parent_id else None,
            seen_with=len(node.candidates),
        )
        for node in ordered
    ]


def _link(node: Node, *, alone: bool) -> Link:
    if node.parent_id is not None:
        return "linked"
    if node.candidates:
        return "shared"
    return "alone" if alone else "root"


def hardest(feelings: Sequence[Evidence], mood: Mood, most: int = 3) -> list[Evidence]:
    """The latest events that made it hard and are not among the evidence of the mood already."""
    shown = set(mood.evidence)
    return [evidence for evidence in reversed(feelings) if evidence.effort > 0 and evidence not in shown][:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPlay:
    """A play with what speaks for it."""

    play: Play
    because: NextReason


def next_play(
    plays: Sequence[Play],
    *,
    stage: str | None,
    touchpoint: str | None,
    mood: float | None,
    open_tasks: Collection[str],
    done: Collection[str],
) -> NextPlay | None:
    """What to do for a person when they turn up: the play that fits best where they are, None without any.

    An open task's play comes first; then plays of their stage and last touchpoint, of their stage, of the touchpoint;
    among equals the greatest priority. Plays that happen once in a life and happened are out (`done`), and so is selling
    to somebody unhappy.
    """
    ranked = sorted(
        (
            (_fit(play, stage, touchpoint, open_tasks), -play.priority, play.id, play)
            for play in plays
            if _is_fitting(play, mood, open_tasks, done)
        ),
        key=lambda one: one[:3],
    )
    for fit, _, _, play in ranked:
        if fit < len(_REASONS):
            return NextPlay(play=play, because=_REASONS[fit])
    return None


_REASONS: tuple[NextReason, ...] = ("open_task", "stage_touchpoint", "stage", "touchpoint")


def _is_fitting(play: Play, mood: float | None, open_tasks: Collection[str], done: Collection[str]) -> bool:
    if play.id in open_tasks:
        return True
    if play.once_per == "person" and play.id in done:
        return False
    return not (play.intent == "sell" and mood is not None and mood < UNHAPPY)


def _fit(play: Play, stage: str | None, touchpoint: str | None, open_tasks: Collection[str]) -> int:
    """Index into `_REASONS`; beyond them when nothing speaks for the play."""
    if play.id in open_tasks:
        return 0
    here = play.touchpoint is not None and play.touchpoint == touchpoint
    now = play.stage is not None and play.stage == stage
    if now and here:
        return 1
    if now and play.touchpoint is None:
        return 2
    return 3 if here and play.stage is None else len(_REASONS)
