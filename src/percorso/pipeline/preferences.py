"""A person's own page: signed link -> person -> what is known of them -> their wishes as events in the log."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec
import structlog

from percorso.data.envelope import BARE
from percorso.data.intake import Item
from percorso.execution.answer import Signer
from percorso.execution.preferences import Form, Speaker, erasure_item, items, stop_items
from percorso.model.consent import Permissions
from percorso.model.errors import Forbidden, NotFound, StoreUnavailable
from percorso.model.identity import Trust
from percorso.model.person import Node, Profile, merge_all
from percorso.model.verdict import Verdict
from percorso.pipeline.answering import Collects
from percorso.pipeline.relay import SOURCE
from percorso.ports import Clock, ConsentLedger, PeopleReader

_log = structlog.get_logger()
_encode = msgspec.json.Encoder().encode

_OWN = BARE._replace(trust=Trust.SERVER.value)

PATIENCE_S = 1.0
"""How long an answer waits until what it recorded can be seen."""
_LOOK_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """What a link leads to. `language`: of the message the link stood in."""

    person_id: str
    speaker: Speaker
    profile: Profile
    language: str


class Preferences:
    """Opens people's own pages and records what they wish. `patience_s`: 0 waits for nothing."""

    def __init__(
        self,
        *,
        collector: Collects,
        people: PeopleReader,
        ledger: ConsentLedger,
        allowed: Permissions,
        secret: bytes,
        clock: Clock,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._collector = collector
        self._people = people
        self._ledger = ledger
        self.allowed = allowed
        self._signer = Signer(secret)
        self.clock = clock
        self._patience_s = patience_s

    def open(self, token: str) -> OwnPage:
        """Whose page a link opens; changes nothing. Raises Forbidden or NotFound when it leads nowhere."""
        answer = self._signer.read(token, self.clock.now())
        if answer.kind != "preferences":
            raise Forbidden("this link leads to another page; open it again from the message")
        node = self._people.node(answer.value)
        if node is None:
            raise NotFound("nothing is known any more of whom this link was for")
        nodes = self._people.nodes(node.person_id)
        return OwnPage(
            person_id=node.person_id,
            speaker=Speaker(linked=node, nodes=nodes),
            profile=merge_all(one.profile for one in nodes),
            language=answer.language,
        )

    async def save(self, page: OwnPage, form: Form, language: str) -> bool:
        """Record what the form changes; whether it can be seen already. Durable on return."""
        made = items(form, page.speaker, page.profile, self.allowed, language, self.clock.now(), new_id)
        return await self._record(page, made, "saved")

    async def stop(self, page: OwnPage, language: str) -> bool:
        """Record that the person wants nothing more; whether it can be seen already. Durable on return."""
        return await self._record(page, stop_items(page.speaker, language, new_id), "stopped")

    async def erase(self, page: OwnPage, language: str) -> None:
        """Record that the person wants to be forgotten. Durable on return; asking twice is one request."""
        asked = erasure_item(page.speaker, language, f"erasure-{page.person_id}-{self.clock.now() // 86_400_000_000}")
        await self._record(page, [asked], "erasure_requested", wait=False)

    def ledger(self, page: OwnPage) -> list[Mapping[str, Any]]:
        """Every choice of the person as it was said, oldest first."""
        rows = self._ledger.of([node.node_id for node in page.speaker.nodes])
        return [said for row in rows if (said := row.said())]

    async def _record(self, page: OwnPage, made: Iterable[Mapping[str, Any]], what: str, *, wait: bool = True) -> bool:
        """Raises StoreUnavailable when something could not be kept."""
        wire = list(made)
        if not wire:
            return True
        verdicts = await self._collector.collect(
            [Item(_encode(item), tie) for tie, item in enumerate(wire)], SOURCE, _OWN
        )
        _log.info(f"preferences.{what}", events=len(wire))
        if any(one.verdict is Verdict.QUARANTINED for one in verdicts):
            raise StoreUnavailable("your choice could not be kept; write to us instead")
        return not wait or await self._seen(page.person_id, {str(item["messageId"]) for item in wire})

    async def _seen(self, person_id: str, message_ids: set[str]) -> bool:
        """Wait until the profile tells all of these, as long as patience lasts."""
        now = asyncio.get_running_loop().time
        until = now() + self._patience_s
        while message_ids - _told(await asyncio.to_thread(self._people.nodes, person_id)):
            if now() >= until:
                return False
            await asyncio.sleep(_LOOK_S)
        return True


def _told(nodes: Sequence[Node]) -> set[str]:
    """The message ids of what was last said."""
    profile = merge_all(node.profile for node in nodes)
    said = {stamped.message_id for stamped in profile.facts.traits.values()}
    return said | {choice.message_id for choices in profile.consents.values() for choice in choices}


def new_id() -> str:
    """A message id never given: the same wish may come back after another one."""
    return f"preferences-{uuid4().hex}"
