"""One person as they are read: why their identifiers are theirs, and what to do for them next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from percorso.model.consent import PROFILING_INTENTS
from percorso.model.identifier import rank
from percorso.model.identity import Held
from percorso.model.person import Evidence, Mood, Node, merge_all
from percorso.model.play import Play

Link = Literal["root", "linked", "session", "decided", "shared", "limit", "never", "alone"]
"""root     the strongest identifier of the person; their id comes from it
linked   seen together with the stronger identifier `via`
session  of a device that several use, only the sessions in which `via` was seen
decided  somebody decided that it is this person's
shared   seen with several people of equal claim, so it belongs to none of them
limit    `via` has more of its kind than a person has, so it does not belong there
never    somebody decided that it does not belong to `via`
alone    the only identifier known
"""

NextReason = Literal["open_task", "stage_touchpoint", "stage", "touchpoint"]

UNHAPPY = -0.3
"""Below this mood nobody is sold anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedIdentifier:
    """An identifier with the evidence that it is this person's.

    node        of a device, all its sessions that are this person's, together
    seen_with   stronger identifiers it was seen with
    sessions    of a device, on how many days it was used without a stronger identifier; 0 of all others
    """

    node: Node
    link: Link
    via: Node | None
    seen_with: int
    sessions: int


def linked_identifiers(nodes: Sequence[Node]) -> list[LinkedIdentifier]:
    """A person's identifiers, strongest first, each with why it is theirs."""
    by_id = {node.node_id: node for node in nodes}
    windows: dict[str, list[Node]] = {}
    for node in nodes:
        if is_window(node):
            windows.setdefault(node.base or "", []).append(node)
    whole = [
        *(_with_sessions(node, windows.get(node.node_id, ())) for node in nodes if not is_window(node)),
        *(_of_sessions(device, some) for device, some in windows.items() if device not in by_id),
    ]
    ordered = sorted(whole, key=lambda n: (n.follows is not None, rank(n.kind), n.claimed, n.kind, n.value))
    return [
        LinkedIdentifier(
            node=node,
            link=_link(node, alone=len(whole) == 1, here=node.node_id in by_id),
            via=by_id.get(node.parent_id) if node.parent_id else None,
            seen_with=len(node.candidates),
            sessions=len(windows.get(node.node_id, ())),
        )
        for node in ordered
    ]


def is_window(node: Node) -> bool:
    """Whether it is a session window of a device."""
    return node.base is not None and not node.claimed


def _with_sessions(node: Node, windows: Sequence[Node]) -> Node:
    return node._replace(profile=merge_all(one.profile for one in (node, *windows))) if windows else node


def _of_sessions(device: str, windows: Sequence[Node]) -> Node:
    """A device of which these sessions alone are the person's, or that was never seen with anybody."""
    first = windows[0]
    parent = next((one.parent_id for one in windows if one.parent_id != device), None)
    profile = merge_all(one.profile for one in windows)
    return first._replace(node_id=device, parent_id=parent, base=None, profile=profile)


def _link(node: Node, *, alone: bool, here: bool) -> Link:
    if node.held is not None:
        return "never" if node.held == Held.NEVER else "limit"
    if node.parent_id is not None:
        return "linked" if here else "session"
    if node.person_id != node.node_id:
        return "decided"
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
    profiled: bool = True,
) -> NextPlay | None:
    """What to do for a person when they turn up: the play that fits best where they are, None without any.

    An open task's play comes first; then plays of their stage and last touchpoint, of their stage, of the touchpoint;
    among equals the greatest priority. Plays that happen once in a life and happened are out (`done`), and so is selling
    to somebody unhappy. Who is not to be singled out (`profiled`) is neither sold to nor entertained.
    """
    ranked = sorted(
        (
            (_fit(play, stage, touchpoint, open_tasks), -play.priority, play.id, play)
            for play in plays
            if _is_fitting(play, mood, open_tasks, done) and (profiled or play.intent not in PROFILING_INTENTS)
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
