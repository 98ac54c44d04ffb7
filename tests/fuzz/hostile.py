"""Bodies and headers that nobody should send: real calls, spoilt in every way, and noise."""

import gzip
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.fuzz.calls import CALLS
from tests.tracking import BASIC, KEY

Headers = list[tuple[bytes, bytes]]


class Request(NamedTuple):
    """A request as a server hands it to an app; the body in the pieces in which it came.

    items    how many calls were put into its body, where it is a batch that ought to be understood; else None
    planned  a tracking plan is in force
    """

    method: str
    path: str
    query: bytes
    headers: Headers
    pieces: Sequence[bytes]
    items: int | None = None
    planned: bool = False


# leaves, as bytes of JSON or of what is none

_NUMBERS = (
    *("0", "-0", "-1", "0.0", "-0.0", "1e400", "-1e400", "1e-400", "1.7976931348623157e308", "01", "+1", "1.", ".5"),
    *("9007199254740993", "9223372036854775808", "-9223372036854775809", "18446744073709551616"),
    *("9" * 40, "9" * 330, "9" * 5_000, "-" + "9" * 40, "0." + "3" * 400, "NaN", "Infinity", "-Infinity"),
)
_TIMES = (
    *("", "now", "2026-02-30T10:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T10:00:60Z", "2026-W10-3", "20261122"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1900-01-01T00:00:00+01:00", "2100-01-01T00:00:00Z"),
    *("2026-03-29T02:30:00", "2026-10-25T02:30:00", "+12026-11-22", "-0001-01-01", "2026-11-22T10:00:00.1234567891Z"),
    *("２０２６-11-22T10:00:00Z", "2026-11-22T10:00:00 Europe/Rome", "2026-11-22\u2028", "2026-11-22T10:00:00+99:99"),
)
_TEXTS = (
    *("a", " ", "undefined", "null", "é\u0301", "👩‍👩‍👧", "\u202e", "'; drop table people; --", "{{ x }}", "../../etc"),
    *("x" * 100, "x" * 101, "x" * 201, "x" * 9_000, "x" * 70_000, "\\" * 50, '"' * 50, "[" * 50),
    *("ada@example.com", "Ada@EXAMPLE.com ", "@", "+390212345", "0", "-1", "1e9", "true", "track", "batch"),
    *("COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA", "COvFyGBOvFyGBAbAAAENAPCAAOA", "C", "." * 300),
)
_BROKEN = (
    *(b'"\\u0000"', b'"a\\u0000b"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d\\ude00"', b'"\\\\u0000"', b'"\\x"'),
    *(b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\x00"', b'"\n"', b'"', b"", b",", b"{", b"]", b"tru", b"nul\x00"),
    *(b"[" * 40 + b"]" * 40, b"[" * 2_000 + b"]" * 2_000, b"[" * 300, b"[" * 40 + b'"' + b'\\"' * 30_000),
    *(b'{"a":' * 31 + b"1" + b"}" * 31, b'{"a":' * 1_200 + b"1" + b"}" * 1_200, b"{}", b"[]", b"[null]", b'{"":""}'),
)

leaves: SearchStrategy[bytes] = st.one_of(
    st.sampled_from([b"null", b"true", b"false"]),
    st.sampled_from(_NUMBERS).map(str.encode),
    st.sampled_from(_TIMES).map(lambda text: json.dumps(text).encode()),
    st.sampled_from(_TEXTS).map(lambda text: json.dumps(text, ensure_ascii=len(text) % 2 == 0).encode()),
    st.sampled_from(_BROKEN),
    st.text(max_size=30).map(lambda text: json.dumps(text).encode()),
    st.integers().map(lambda number: str(number).encode()),
    st.floats().map(lambda number: json.dumps(number).encode()),
)
_KEYS = (
    *(b"type", b"\\u0074ype", b"messageId", b"userId", b"anonymousId", b"event", b"name", b"timestamp", b"sentAt"),
    *(b"originalTimestamp", b"properties", b"traits", b"context", b"integrations", b"writeKey", b"batch", b"leftOut"),
    *(
        b"email",
        b"phone",
        b"externalIds",
        b"id",
        b"consent",
        b"consentManagement",
        b"tcString",
        b"library",
        b"touchpoint",
    ),
    *(b"revenue", b"currency", b"score", b"products", b"", b"\\u0000", b"\\ud800", b"__proto__", b"a.b", b"$", b"\xff"),
)


# a call as a tree that can be spoilt: objects are lists of pairs, so that a key may come twice


class _Object(list[Any]):
    """[key, node] pairs; the key as it stands between quotes."""


def _tree(value: Any) -> Any:
    if isinstance(value, dict):
        return _Object([json.dumps(key)[1:-1].encode(), _tree(one)] for key, one in value.items())
    return [_tree(one) for one in value] if isinstance(value, list) else json.dumps(value).encode()


def _written(node: Any) -> bytes:
    if isinstance(node, bytes):
        return node
    if isinstance(node, _Object):
        return b"{" + b",".join(b'"' + key + b'":' + _written(one) for key, one in node) + b"}"
    return b"[" + b",".join(map(_written, node)) + b"]"


def _places(node: Any) -> Iterator[tuple[Any, int]]:
    """Every (container, index) below a node; what stands at the index of an object's pair is its value."""
    if isinstance(node, bytes):
        return
    for index, one in enumerate(node):
        yield node, index
        yield from _places(one[1] if isinstance(node, _Object) else one)


def _spoil(draw: DrawFn, tree: Any) -> None:
    places = list(_places(tree))
    if not places:
        return
    container, index = places[draw(st.integers(0, len(places) - 1))]
    match draw(st.sampled_from(("replace", "replace", "delete", "twice", "add", "rename", "wrap"))):
        case "delete":
            del container[index]
        case "twice":
            container.append(container[index])
        case "add" | "rename" as how if isinstance(container, _Object):
            key = draw(st.sampled_from(_KEYS))
            if how == "add":
                container.append([key, draw(leaves)])
            else:
                container[index] = [key, container[index][1]]
        case "wrap":
            levels = draw(st.sampled_from((1, 2, 30, 33, 1_100)))
            _put(container, index, b"[" * levels + _written(_at(container, index)) + b"]" * levels)
        case _:
            _put(container, index, draw(leaves))


def _at(container: Any, index: int) -> Any:
    return container[index][1] if isinstance(container, _Object) else container[index]


def _put(container: Any, index: int, node: Any) -> None:
    container[index] = [container[index][0], node] if isinstance(container, _Object) else node


@st.composite
def calls(draw: DrawFn, kind: str | None = None) -> bytes:
    """A real call, spoilt in up to four places; with its type where the address does not tell it."""
    of = kind or draw(st.sampled_from(tuple(CALLS)))
    call = dict(draw(st.sampled_from(CALLS[of])))
    if kind is None or draw(st.booleans()):
        call["type"] = of
    if draw(st.integers(0, 9)):
        call["messageId"] = f"m{draw(st.integers(0, 7))}"
    tree = _tree(call)
    for _ in range(draw(st.sampled_from((0, 1, 1, 1, 2, 3, 4)))):
        _spoil(draw, tree)
    return _written(tree)


def batch_of(items: Sequence[bytes], around: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    fields = [(b"batch", b"[" + b",".join(items) + b"]"), *around]
    return b"{" + b",".join(b'"' + name + b'":' + value for name, value in fields) + b"}"


# what stands around a body

_SENT_WELL: tuple[Headers, ...] = (
    [],
    [(b"content-type", b"text/plain;charset=UTF-8")],
    [(b"origin", b"https://shop.example"), (b"content-type", b"application/json")],
    [(b"sec-gpc", b"1")],
)
_SENT_ODDLY: tuple[Headers, ...] = (
    *([(b"content-encoding", value)] for value in (b"gzip", b" GZIP ", b"br", b"gzip, gzip", b"\xff", b"identity")),
    *([(b"authorization", value)] for value in (b"", b"Basic", b"Basic !!", b"Basic /w==", b"Bearer x", b"\xff\xfe")),
    *([(b"x-write-key", value)] for value in (b"", b":", b"other", KEY.encode() + b":x", b"\xff")),
    *([(b"origin", value)] for value in (b"", b"null", b"\xff", b"https://" + b"x" * 9_000)),
    [(b"origin", b"x"), (b"access-control-request-headers", b"a,,b\xff,( ), " + b"x," * 3_000)],
    *([(name, b"1")] for name in (b"", b"host", b"content-length", b"expect", b"sec-gpc", b"transfer-encoding")),
    [(b"content-type", b"application/json"), (b"content-type", b"multipart/form-data; boundary=\xff")],
)
_BASIC: Headers = [(name.lower().encode(), value.encode()) for name, value in BASIC.items()]
_GZIP: Headers = [(b"content-encoding", b"gzip")]


@st.composite
def _cut(draw: DrawFn, body: bytes) -> list[bytes]:
    """The body in pieces, some of them empty."""
    at = sorted(draw(st.lists(st.integers(0, len(body)), max_size=3)))
    return [body[start:end] for start, end in zip([0, *at], [*at, len(body)], strict=True)]


@st.composite
def _packed(draw: DrawFn, body: bytes) -> bytes:
    """Gzip that is broken off, goes on, or is changed in one byte."""
    packed = gzip.compress(body, mtime=0)
    match draw(st.sampled_from(("end", "more", "twice", "byte"))):
        case "end":
            return packed[: draw(st.integers(0, len(packed) - 1))]
        case "more":
            return packed + draw(st.binary(min_size=1, max_size=20))
        case "twice":
            return packed * 2
        case _:
            at = draw(st.integers(0, len(packed) - 1))
            return packed[:at] + bytes([packed[at] ^ draw(st.integers(1, 255))]) + packed[at + 1 :]


@st.composite
def batches(draw: DrawFn, paths: Sequence[str]) -> Request:
    """A batch of spoilt calls, itself in order and sent as it should be, perhaps packed."""
    items = draw(st.lists(calls(), min_size=1, max_size=6))
    body = batch_of(items, [(b"sentAt", b'"2026-11-22T10:00:00Z"')] if draw(st.booleans()) else [])
    packed = draw(st.booleans())
    headers = [*_BASIC, *draw(st.sampled_from(_SENT_WELL)), *(_GZIP if packed else [])]
    pieces = draw(_cut(gzip.compress(body, mtime=0) if packed else body))
    return Request("POST", draw(st.sampled_from(paths)), b"", headers, pieces, len(items), draw(st.booleans()))


@st.composite
def singles(draw: DrawFn, kinds: Sequence[tuple[str, str]]) -> Request:
    """One spoilt call at its own address. `kinds`: (path, kind) pairs."""
    path, kind = draw(st.sampled_from(kinds))
    headers = [*_BASIC, *draw(st.sampled_from(_SENT_WELL))]
    return Request("POST", path, b"", headers, draw(_cut(draw(calls(kind)))), None, draw(st.booleans()))


@st.composite
def oddities(draw: DrawFn, paths: Sequence[str]) -> Request:
    """Anything at any address: noise, broken gzip, envelopes of nonsense, odd headers, queries and methods."""
    around = st.lists(
        st.tuples(
            st.sampled_from((b"context", b"integrations", b"sentAt", b"timestamp", b"writeKey", b"batch")), leaves
        ),
        max_size=3,
    )
    body = draw(
        st.one_of(
            st.binary(max_size=300),
            st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")),
            leaves,
            calls(),
            st.builds(batch_of, st.lists(calls(), max_size=3), around),
        )
    )
    odd = draw(st.lists(st.sampled_from(_SENT_ODDLY), max_size=2))
    headers = [*(_BASIC if draw(st.integers(0, 3)) else []), *(pair for one in odd for pair in one)]
    if draw(st.integers(0, 3)) == 0:
        headers, body = [*headers, *_GZIP], draw(_packed(body))
    method = draw(st.sampled_from(("POST", "POST", "POST", "GET", "GET", "OPTIONS", "HEAD", "PUT", "TRACE", "\u00df")))
    return Request(method, draw(st.sampled_from(paths)), draw(queries), headers, draw(_cut(body)))


_NAMES = (b"writeKey", b"userId", b"event", b"messageId", b"properties.a", b"context.consent.tcString", b"gdpr_consent")
_ODD_NAMES = (
    b"",
    b".",
    b"a..b",
    b"type",
    b"%00",
    b"%ff",
    b"%ed%a0%80",
    b"a." * 20,
    b"context",
    b"properties",
    b"&",
    b"=",
)
_values = st.one_of(
    st.sampled_from((b"", KEY.encode(), b"a", b"%22a%22", b"%00", b"%ff", b"%", b"+", b"x" * 70_000)),
    st.binary(max_size=9),
)
queries: SearchStrategy[bytes] = st.lists(
    st.tuples(st.sampled_from(_NAMES) | st.sampled_from(_ODD_NAMES), _values), max_size=6
).map(lambda pairs: b"&".join(name + b"=" + value for name, value in pairs))
