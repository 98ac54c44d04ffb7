"""What a request says of all its items, and how it gets into each of them."""

from typing import Any, NamedTuple

import msgspec

from percorso.data.well_formed import Refusal, check_bytes, packed
from percorso.model.errors import MalformedBody, TooLarge
from percorso.model.identity import Trust

MAX_CONTEXT_BYTES = 8_192

_decode = msgspec.json.Decoder().decode


class Envelope(NamedTuple):
    """What a request says of all its items, as it says it.

    type_of_route  the type the route stands for, None for batches
    context        merged under each item's own; JSON, ignored unless an object that is not empty
    integrations   the same of integrations
    sent_at        when the request was sent, in any spelling
    gpc            it came with ``Sec-GPC: 1``
    of_server      the route is for servers alone: no clock is doubted
    trust          how far the sender is believed to know whom it speaks of
    """

    type_of_route: str | None = None
    context: bytes = b""
    integrations: bytes = b""
    sent_at: Any = None
    gpc: bool = False
    of_server: bool = False
    trust: int = Trust.PUBLIC.value


BARE = Envelope()


class Under(NamedTuple):
    """What is written into every item of a request: objects that lie under the items' own, and a consent signal."""

    context: bytes | None = None
    integrations: bytes | None = None
    gpc: bool = False


NOTHING = Under()


def under_all(envelope: Envelope) -> Under | None:
    """What is to be written into every item of a request. Raises as `check_context`."""
    found = Under(_checked(envelope.context, "context"), _checked(envelope.integrations, "integrations"), envelope.gpc)
    return None if found == NOTHING else found


def _checked(given: bytes, what: str) -> bytes | None:
    if not given.startswith(b"{") or given == b"{}":
        return None
    check_context(given, what)
    return given


def check_context(context: bytes, what: str = "context") -> None:
    """Whether a batch's context (or integrations) may lie under each of its items. Raises TooLarge or MalformedBody.

    It is small, since it is stored with every item of the batch.
    """
    try:
        if len(context) > MAX_CONTEXT_BYTES:
            raise TooLarge(f"the {what} of a batch has at most {MAX_CONTEXT_BYTES} bytes; put the rest into the items")
        check_bytes(context, MAX_CONTEXT_BYTES)
        packed(_decode(context))
    except (msgspec.MsgspecError, RecursionError):
        raise MalformedBody(f"the {what} of the batch is not a JSON object that can be stored") from None
    except Refusal as refusal:
        raise MalformedBody(f"the {what} of the batch cannot be used: {refusal.detail}") from None


def over(envelope: bytes | None, own: Any) -> Any:
    """An item's own object over that of its envelope."""
    if envelope is None:
        return own
    return {**_decode(envelope), **(own if isinstance(own, dict) else {})}
