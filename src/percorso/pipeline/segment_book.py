"""Publishing segments: what is checked first, and what follows.

Whoever follows the log (pipeline/membership.py) sees a publication by itself, builds it and keeps its members from then on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from percorso.data.segments.listed import Listed
from percorso.model.errors import Conflict, InvalidConfig, InvalidInput, NotFound
from percorso.model.identifier import Identifier
from percorso.model.segment import Draft, Segment
from percorso.model.segment_condition import in_order, segments_of
from percorso.ports import Clock
from percorso.ports.membership import ListSize, MembershipStore, SegmentRecords


@dataclass(frozen=True)
class SegmentBook:
    """`node_of`: the node id of an identifier, known already or not."""

    records: SegmentRecords
    store: MembershipStore
    clock: Clock
    node_of: Callable[[Identifier], str]

    def all(self) -> dict[str, Segment]:
        """Those in force, by id."""
        return {name: one for name, one in self.records.all().items() if not one.is_archived}

    def find(self, segment: str) -> Segment:
        """Raises NotFound."""
        found = self.all().get(segment)
        if found is None:
            raise NotFound(f"there is no segment {segment!r}; see them with: percorso segment list")
        return found

    def is_ready(self, segment: Segment) -> bool:
        """Whether its members are those of its present version."""
        return self.store.built().get(segment.id) == segment.version

    def used_by(self, segment: str) -> list[str]:
        """The segments that refer to one."""
        live = (one for one in self.all().values() if one.kind == "live")
        return sorted(one.id for one in live if segment in segments_of(one.parsed()))

    def check(self, draft: Draft) -> None:
        """Raises InvalidConfig when it refers to segments that are not there, or to itself by a detour."""
        trees = {name: one.parsed() for name, one in self.all().items() if one.kind == "live"}
        if draft.kind != "live":
            return
        probe = Segment(
            id=draft.id, name=draft.name, kind="live", condition=draft.condition, version=1, published_at=0, by=""
        )
        trees[draft.id] = probe.parsed()
        missing = sorted(segments_of(trees[draft.id]) - self.all().keys() - {draft.id})
        if missing:
            raise InvalidConfig(f"there is no segment {missing[0]!r} to refer to; publish it first")
        in_order(trees)

    def publish(self, draft: Draft, by: str, people: Sequence[Listed] = ()) -> Segment:
        """Put a segment in force, as the next version of its id. `people`: of a static list, identifiers or person ids."""
        self.check(draft)
        before = self.records.all().get(draft.id)
        if before is not None and not before.is_archived and before.kind != draft.kind:
            raise Conflict(f"{draft.id} is a {before.kind} segment; archive it first, or take another id")
        if draft.kind == "static":
            self.store.set_lists({draft.id: self._nodes(people)})
        segment = Segment(
            id=draft.id,
            name=draft.name,
            kind=draft.kind,
            condition=draft.condition,
            version=1 if before is None else before.version + 1,
            published_at=self.clock.now(),
            by=by,
            announce=draft.announce,
        )
        self.records.put(segment)
        return segment

    def change_list(self, segment: str, by: str, add: Sequence[Listed] = (), take: Sequence[Listed] = ()) -> Segment:
        """Put people on a static list and take others from it: its next version. Raises InvalidInput of another kind."""
        found = self._list(segment)
        self.store.change_list(segment, self._nodes(add), self._nodes(take))
        changed = replace(found, version=found.version + 1, published_at=self.clock.now(), by=by)
        self.records.put(changed)
        return changed

    def list_size(self, segment: str) -> ListSize:
        """How many identifiers a static list names, and how many of them nobody has yet."""
        return self.store.list_size(self._list(segment).id)

    def _list(self, segment: str) -> Segment:
        found = self.find(segment)
        if found.kind != "static":
            raise InvalidInput(f"{segment} is a {found.kind} segment; only lists name people one by one")
        return found

    def _nodes(self, people: Sequence[Listed]) -> list[str]:
        return [one if isinstance(one, str) else self.node_of(one) for one in people]

    def archive(self, segment: str, by: str) -> Segment:
        """Take a segment out of force. Raises Conflict while others refer to it."""
        found, users = self.find(segment), self.used_by(segment)
        if users:
            raise Conflict(f"{segment} is used by {', '.join(users)}; change these first")
        gone = replace(found, is_archived=True, version=found.version + 1, published_at=self.clock.now(), by=by)
        self.records.put(gone)
        return gone
