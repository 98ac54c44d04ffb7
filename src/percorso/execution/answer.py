"""Answers: the signed links in a message, and the event that following one makes.

A link carries what it answers, not whom: the message id leads to the person on our side. The signature is HMAC-SHA256,
cut to 128 bits, over a key derived from the company's secret; a changed, cut or foreign link reads as invalid.

Following a link twice is one event, for the event's message id is a hash of message and answer, and the event names no
time of its own (it happened when it was received). Another answer (four stars after five, another of the choices) is
another event: both are kept, with the same ``message_id`` of what they answer, and whoever counts takes the last one.
Going back to an answer given before changes nothing any more: it is the same event again.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any, Literal

import msgspec

from percorso.execution.own_event import own_event
from percorso.model.errors import Forbidden, InvalidInput, NotFound
from percorso.model.identifier import Identifier
from percorso.model.message import Message
from percorso.model.play import Choice, Play
from percorso.model.time import DAY, SECOND, Micros

Kind = Literal["choice", "csat", "nps", "why", "stop", "preferences"]

SCALES: Mapping[str, range] = {"csat": range(1, 6), "nps": range(0, 11)}
"""The scores one may give. A survey event says the highest as its ``scale``."""

VALID_FOR: Micros = 90 * DAY
PREFERENCES_VALID_FOR: Micros = 400 * DAY
"""A way out must outlive the mail it stands in."""
MAX_TOKEN = 512
_TAG_BYTES = 16
_TOKEN = re.compile(r"^[A-Za-z0-9_-]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a link says.

    kind      choice, csat, nps; ``why`` asks why the message came, ``stop`` wants no more of its purpose, ``preferences``
              leads to the person's own page (execution/preferences.py)
    value     the choice's id or the score as text; of ``preferences`` the node id of the identifier; empty for the others
    language  in which to speak to who follows it
    """

    message_id: str
    play: str
    kind: Kind
    value: str
    language: str


class _Payload(msgspec.Struct, array_like=True):
    message_id: str
    play: str
    kind: Kind
    value: str
    language: str
    expires_s: int


class Signer:
    """Makes and reads links with the company's secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"percorso answer links, 1", "sha256")
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(_Payload).decode

    def sign(self, answer: Answer, *, expires_at: Micros) -> str:
        """The token of an answer: letters, digits, ``-`` and ``_``."""
        payload = self._encode(
            _Payload(answer.message_id, answer.play, answer.kind, answer.value, answer.language, expires_at // SECOND)
        )
        return urlsafe_b64encode(self._tag(payload) + payload).rstrip(b"=").decode("ascii")

    def read(self, token: str, now: Micros) -> Answer:
        """The answer in a token. Raises Forbidden when it is not one of ours, NotFound when its time is over."""
        payload = self._payload(token)
        if now >= payload.expires_s * SECOND:
            raise NotFound("this link has expired; write to us instead")
        return Answer(
            message_id=payload.message_id,
            play=payload.play,
            kind=payload.kind,
            value=payload.value,
            language=payload.language,
        )

    def _payload(self, token: str) -> _Payload:
        invalid = Forbidden("this link is incomplete or was changed; open it again from the message")
        if len(token) > MAX_TOKEN or not _TOKEN.match(token):
            raise invalid
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (Base64Error, ValueError):
            raise invalid from None
        tag, payload = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        # The second spelling of the same bytes (unused bits of the last letter) is not accepted either.
        if not hmac.compare_digest(tag, self._tag(payload)) or urlsafe_b64encode(raw).rstrip(b"=") != token.encode():
            raise invalid
        try:
            return self._decode(payload)
        except (msgspec.DecodeError, UnicodeError):
            raise invalid from None

    def _tag(self, payload: bytes) -> bytes:
        return hmac.new(self._key, payload, sha256).digest()[:_TAG_BYTES]


def address_hash(secret: bytes, channel: str, address: str) -> str:
    """How an address is remembered when it is to be left alone: a keyed hash, which outlives the person's erasure."""
    key = hmac.digest(secret, b"percorso suppressed addresses, 1", "sha256")
    text = f"{channel}\x00{address.strip().lower()}".encode("utf-8", "surrogatepass")
    return blake2b(text, key=key, digest_size=16).hexdigest()


def links(message: Message, play: Play, language: str, signer: Signer, base_url: str) -> dict[str, Any]:
    """The links a template may use: ``choice.<id>``, ``csat.<n>``, ``nps.<n>``, ``why``, ``stop``, ``preferences``.

    Scores are found by number and by text alike; a service message has no ``stop``. The links of one message are always the same.
    """
    expires_at = message.created_at + VALID_FOR
    base = base_url.rstrip("/")

    def link(kind: Kind, value: str = "") -> str:
        answer = Answer(message_id=message.message_id, play=play.id, kind=kind, value=value, language=language)
        return f"{base}/a/{signer.sign(answer, expires_at=expires_at)}"

    found: dict[str, Any] = {"choice": {choice.id: link("choice", choice.id) for choice in play.choices}}
    for kind, scale in SCALES.items():
        scores = {score: link(kind, str(score)) for score in scale}  # type: ignore[arg-type]
        found[kind] = {**scores, **{str(score): url for score, url in scores.items()}}
    if message.purpose is not None:
        found["stop"] = link("stop")
    own_page = preferences_path(message.node_id, language, signer, message.created_at, message)
    return {**found, "why": link("why"), "preferences": base + own_page}


def preferences_path(node_id: str, language: str, signer: Signer, now: Micros, message: Message | None = None) -> str:
    """The way to the own page of whoever holds an identifier. `message`: the one whose link it is, if any.

    The link names the identifier by its node id, a keyed hash: the page stays when the message is long forgotten, and is
    gone with the person's data.
    """
    message_id, play = ("", "") if message is None else (message.message_id, message.play)
    answer = Answer(message_id=message_id, play=play, kind="preferences", value=node_id, language=language)
    return f"/p/{signer.sign(answer, expires_at=now + PREFERENCES_VALID_FOR)}"


def chosen(answer: Answer, play: Play | None) -> Choice:
    """The choice an answer means. Raises NotFound when it is not offered any more."""
    for choice in () if play is None else play.choices:
        if choice.id == answer.value:
            return choice
    raise NotFound("this choice is no longer on offer; write to us instead")


def answer_item(answer: Answer, message: Message, play: Play | None, who: Identifier) -> dict[str, Any]:
    """The wire item that records an answer; its messageId is the same for the same answer to the same message.

    Raises InvalidInput for a link that asks instead of answering, NotFound when the choice is gone.
    """
    name, said = _said(answer, message, play)
    touchpoint = f"survey.{message.channel}" if answer.kind in SCALES else f"{message.channel}.service"
    context = {"touchpoint": touchpoint, "language": answer.language}
    return own_event(name, _event_id(answer), who, said, context)


def _said(answer: Answer, message: Message, play: Play | None) -> tuple[str, dict[str, Any]]:
    """The name and properties of an answer's event."""
    asked = {**_about(message), "message_id": message.message_id, "play": answer.play}
    if answer.kind in SCALES:
        survey = {"kind": answer.kind, "score": _score(answer)}
        return "Survey Answered", {**asked, **survey, "scale": SCALES[answer.kind][-1], "language": answer.language}
    if answer.kind == "choice":
        choice = chosen(answer, play)
        return choice.event, {**choice.properties, **asked, "choice": choice.id}
    if answer.kind == "stop" and message.purpose is not None:
        withdrawn = {"purpose": message.purpose, "channel": message.channel, "status": "withdrawn"}
        proof = {"mechanism": "unsubscribe_link", "language": answer.language}
        return "Consent Updated", {"message_id": message.message_id, "play": answer.play, **withdrawn, **proof}
    raise InvalidInput("this link records nothing")


def _score(answer: Answer) -> int:
    score = int(answer.value) if answer.value.isdecimal() else -1
    if score not in SCALES[answer.kind]:
        raise InvalidInput("there is no such score")
    return score


ABOUT = ("order_id", "call_id", "machine_id", "ticket_id", "subscription_id")
"""Properties of the event behind a message that its answers repeat."""


def _about(message: Message) -> dict[str, Any]:
    """What the message was about, so that its answer can be joined to it."""
    properties = message.facts.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    return {name: properties[name] for name in ABOUT if properties.get(name) is not None}


def _event_id(answer: Answer) -> str:
    cause = "\x00".join((answer.message_id, answer.kind, answer.value))
    return "answer-" + blake2b(cause.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
