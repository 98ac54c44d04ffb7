"""Many needles in much hay: found exactly where a plain search finds them."""

from hypothesis import given
from hypothesis import strategies as st

from percorso.adapters.needles import SHORTEST, Needles, whole_word

LETTERS = st.text(alphabet="abAB01.@-\u00e9", min_size=SHORTEST, max_size=14)


def plainly(text: str, hay: bytes) -> set[int]:
    """Where a text begins, whatever its capitals."""
    wanted, folded = text.encode().lower(), hay.lower()
    return {at for at in range(len(folded)) if folded.startswith(wanted, at)}


@given(
    st.lists(LETTERS, min_size=1, max_size=8, unique=True),
    st.text(alphabet="abAB01.@-\u00e9 ", max_size=120),
    st.data(),
)
def test_every_needle_is_found_wherever_it_stands(texts: list[str], filling: str, data: st.DataObject) -> None:
    hay = filling
    for text in data.draw(st.lists(st.sampled_from(texts), max_size=5)):
        at = data.draw(st.integers(0, len(hay)))
        hay = hay[:at] + text + hay[at:]
    raw = hay.encode()
    found: dict[int, set[int]] = {}
    for one in Needles(texts).search(raw):
        if raw[one.start : one.end].lower() == texts[one.needle].encode().lower():
            found.setdefault(one.needle, set()).add(one.start)
    assert found == {n: places for n, text in enumerate(texts) if (places := plainly(text, raw))}


def test_what_json_escaped_is_found_too() -> None:
    needles = Needles(["per\u00f2/caff\u00e8"])
    assert [one.needle for one in needles.search(b'{"a": "per\\u00f2/caff\\u00e8"}')] == [0]
    assert [one.needle for one in needles.search(b'{"a": "per\\u00f2\\/caff\\u00e8"}')] == [0]


def test_needles_too_short_are_counted_and_not_looked_for() -> None:
    needles = Needles(["abc", "abcdef"])
    assert needles.too_short == 1
    assert {one.needle for one in needles.search(b"abc abcdef")} == {1}


def test_the_texts_that_hold_one_are_named_by_their_place() -> None:
    texts = ["nothing", None, "here is card-0001", b"and card-0002", "card-0003"]
    assert Needles(["card-0001", "card-0002"]).among(texts) == {2, 3}


def test_a_part_of_a_longer_word_is_no_word() -> None:
    text = b"card-12 card-123 x.card-12 mail card-12. end"
    places = [at for at in range(len(text)) if text.startswith(b"card-12", at)]
    assert [whole_word(text, at, at + 7) for at in places] == [True, False, False, True]
