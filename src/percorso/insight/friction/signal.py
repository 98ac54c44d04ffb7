"""A signal of friction: which moments could have shown it, and which did.

To add one: a file in ``signals/`` with its `SIGNAL`, one line in ``signals/__init__.py``, one test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ibis

from percorso.insight.seconds import epoch_s
from percorso.model.touchpoint import Text

Outcome = Literal["lost", "contact", "low"]
"""lost: did not buy within the time of the stage; contact: got in touch within 7 days; low: gave a low score within 14."""
OUTCOMES: tuple[Outcome, ...] = ("lost", "contact", "low")

MARKS: Mapping[str, str] = {
    "seq": "int64",
    "person_id": "string",
    "touchpoint": "string",
    "local_date": "date",
    "hit": "boolean",
    "subject": "string",
    "at": "int64",
}
"""What a signal tells of a moment.

seq      the event;  person_id, touchpoint, local_date: its own
hit      whether it shows the signal; the others could have shown it and did not
subject  what it was about (the error, the courier, the queue); null when it is not told
at       when the trouble began, seconds since 1970: as a rule when the event happened
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One way in which a path hurts.

    find      (events of people) -> rows with `MARKS`
    names     events that it reads; empty: any of the website and the app
    reads     paths of properties that it looks at
    outcomes  what it is judged by: never by what it is itself
    about     one sentence for a manager;  action: a first draft of what to do about it
    """

    id: str
    name: Text
    about: Text
    action: Text
    find: Callable[[Any], Any]
    names: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = OUTCOMES


def marks(rows: Any, *, hit: Any, subject: Any = None, since: Any = None) -> Any:
    """Rows with `MARKS`. The subject of what was not hit is left out: it is compared with every subject."""
    told = ibis.coalesce(hit, ibis.literal(False))
    nothing = ibis.null("string")
    return rows.select(
        "seq",
        "person_id",
        "touchpoint",
        "local_date",
        hit=told,
        subject=nothing if subject is None else ibis.ifelse(told, subject, nothing),
        at=(epoch_s(rows.occurred_at) if since is None else since).cast("int64"),
    )


def in_turn(rows: Any, *keys: Any) -> Any:
    """The window over a person's rows in order; `keys`: cut by them too."""
    return ibis.window(group_by=[rows.person_id, *keys], order_by=[rows.occurred_at, rows.tie, rows.message_id])


def soon_after(rows: Any, earlier: Any, **within: int) -> Any:
    """Whether a row comes at most so long after an earlier moment; false when there was none."""
    return ibis.coalesce(rows.occurred_at <= earlier + ibis.interval(**within), ibis.literal(False))
