"""Who may be one person: the fields of a record, the pairs looked at, and what is found among made-up and real people."""

import csv
import gzip
import os
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from company.cast import draw_cast
from company.world import traits
from hypothesis import given as drawn_from
from hypothesis import strategies as st

from percorso.adapters.splink_matcher import SplinkMatcher
from percorso.data.matching.comparisons import COMPARISONS
from percorso.data.matching.dates import date_digits
from percorso.data.matching.fields import field_of, fields_of
from percorso.data.matching.keys import KEYS, LEARN_ON, budget, chosen_keys
from percorso.data.matching.model import DEFAULT_THRESHOLD, model_for
from percorso.data.matching.names import full_form, given_and_surname
from percorso.data.matching.values import code, email, phone, words
from percorso.model.matching import Key, Matching, MatchRecord, Pair
from tests.look_alikes import Cast, drawn

DATA = Path(os.environ.get("PERCORSO_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data"))
FAKE_1000 = DATA / "splink_fake_1000" / "fake_1000.csv.gz"


# ---- fields


@pytest.mark.parametrize(
    ("trait", "field"),
    [
        *(("given_name", "given"), ("first_name", "given"), ("firstName", "given"), ("Nome", "given")),
        *(("surname", "surname"), ("lastName", "surname"), ("Cognome", "surname"), ("family-name", "surname")),
        *(
            ("dob", "birth_date"),
            ("DOB", "birth_date"),
            ("Date of birth", "birth_date"),
            ("dataDiNascita", "birth_date"),
        ),
        *(("soc_sec_id", "national_id"), ("codice fiscale", "national_id"), ("SSN", "national_id")),
        *(("email", "email"), ("emailAddress", "email"), ("E-mail", "email")),
        *(("mobilePhone", "phone"), ("telefono", "phone")),
        *(("address_1", "street"), ("address1", "street"), ("indirizzo", "street"), ("street_number", "house")),
        *(("zipCode", "postcode"), ("ZIP", "postcode"), ("CAP", "postcode"), ("suburb", "town"), ("City", "town")),
        *(("state", None), ("plan", None), ("company_name", None), ("language", None)),
    ],
)
def test_a_trait_is_known_by_its_name(trait: str, field: str | None) -> None:
    assert field_of(trait) == field


def test_a_person_becomes_a_record() -> None:
    traits = {
        "firstName": "  Niccolò ",
        "lastName": "D'ALÒ",
        "birthday": "9/4/1956",
        "codice_fiscale": "dla ncl 56D09 h501u",
        "address": {"street": "Via Roma 12/b", "city": "Forlì", "postalCode": "47121", "country": "IT"},
        "language": "it",
        "plan": None,
    }
    assert fields_of(traits, [("email", "n.dalo@example.com"), ("phone", "+3902555001"), ("card", "77")]) == {
        "given": "niccolo",
        "given_full": "nicola",
        "given_stem": "niccol",
        "surname": "d alo",
        "both_names": "d alo niccolo",
        "birth_date": "19560409",
        "birth_year": "1956",
        "national_id": "dlancl56d09h501u",
        "email": "n.dalo@example.com",
        "mailbox_words": "n.dalo",
        "mailbox": "n.dalo",
        "phone": "+3902555001",
        "street": "via roma",
        "house": "12b",
        "door": "via roma 12b",
        "postcode": "47121",
        "town": "forli",
    }


def test_a_trait_outweighs_an_identifier_and_a_whole_name_is_taken_apart() -> None:
    fields = fields_of({"name": "Bianchi, Ada Maria", "email": "ada@example.com"}, [("email", "other@example.com")])
    assert (fields["given"], fields["surname"], fields["email"]) == ("ada maria", "bianchi", "ada@example.com")
    assert fields_of({"name": "Ada Bianchi", "surname": "Rossi"})["surname"] == "rossi"


def test_what_says_nothing_is_missing() -> None:
    traits = {
        "first_name": "N/A",
        "surname": " ",
        "dob": "unknown",
        "email": "info@example.com",
        "phone": 0,
        "zip": "00000",
    }
    assert fields_of(traits) == {}
    assert fields_of({"city": ["Roma"], "name": True, "address": {"street": {}}}) == {}


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        *(("1956-04-09", "19560409"), ("1956-04-09T00:00:00.000Z", "19560409"), ("1956/4/9", "19560409")),
        *(("09/04/1956", "19560409"), ("9.4.1956", "19560409"), ("04/29/1956", "19560429"), (19560409, "19560409")),
        *(("9 aprile 1956", "19560409"), ("9th of April, 1956", "19560409"), ("Apr 9, 1956", "19560409")),
        *(("19561342", "19561342"), ("9/4/56", None), ("00000000", None), ("", None), (None, None), (True, None)),
    ],
)
def test_dates_are_read_however_they_are_written(written: object, digits: str | None) -> None:
    assert date_digits(written) == digits


def test_names_have_short_forms_in_both_languages() -> None:
    assert {full_form(name) for name in ("rob", "bob", "bobby", "roberto")} == {"robert"}
    assert {full_form(name) for name in ("beppe", "pino", "joe")} == {"giuseppe"}
    assert given_and_surname("Cher") == ("cher", None)
    assert given_and_surname(None) == (None, None)


@drawn_from(st.one_of(st.text(max_size=300), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.text())))
def test_no_value_is_too_strange(value: Any) -> None:
    for spell in (words, code, email, phone, date_digits):
        spelt = spell(value)
        assert spelt is None or (spelt and spelt == spelt.strip())
        assert spelt is None or spell in (date_digits, phone) or spell(spelt) == spelt
    assert all(fields_of({"name": value, "street": value, "dob": value, "email": value}).values())


# ---- the model


def test_usual_shares_add_up_and_the_last_level_is_the_rest() -> None:
    for comparison in COMPARISONS:
        assert sum(level.usual for level in comparison.levels) == pytest.approx(1)
        assert [bool(level.any_of) for level in comparison.levels] == [True] * (len(comparison.levels) - 1) + [False]


def test_keys_are_taken_while_the_budget_lasts() -> None:
    counted = {"national_id": 10, "surname": 10**9, "town": 0}
    taken, left = chosen_keys(["national_id", "surname", "town"], 1000, lambda key: counted.get(key.name, 3))
    assert [key.name for key in taken] == ["national_id", "surname+town", "national_id[5]", "surname[3]"]
    assert [key.name for key in left] == ["surname"]
    assert budget(1_000_000) == 20_000_000


def test_a_model_asks_for_nothing_that_is_not_there() -> None:
    model = model_for({"given": 90, "email": 80, "mailbox": 80, "phone": 1}, 100, lambda key: 5)
    assert [comparison.name for comparison in model.comparisons] == ["given", "email"]
    asked = {test.field for one in model.comparisons for level in one.levels for test in level.any_of}
    assert asked <= {"given", "email", "mailbox"}
    assert all(sum(level.usual for level in one.levels) == pytest.approx(1) for one in model.comparisons)
    assert {key.name for key in model.keys} == {"email", "mailbox", "mailbox[4]"}
    assert [key.name for key in model.learn_on] == ["email"]
    fields = {part.field for key in (*KEYS, *LEARN_ON) for part in key.parts}
    assert fields <= set(fields_of(drawn(40, 1).records["p000000"])) | {"national_id"}


# ---- what is found


def found(records: Mapping[str, Mapping[str, Any]], threshold: float = DEFAULT_THRESHOLD) -> Matching:
    taken = (MatchRecord(name, fields_of(known)) for name, known in records.items())
    with SplinkMatcher().taking(taken) as held:
        return held.match(model_for(held.known, held.count, held.pairs_of), threshold)


def pairs(matching: Matching, kind: str = "person") -> set[tuple[str, str]]:
    return {(pair.a, pair.b) for pair in matching.pairs if pair.kind == kind}


@cache
def company() -> tuple[Cast, Matching]:
    """Some people with duplicates and relatives, and what is found among them."""
    cast = drawn(120, 5)
    return cast, found(cast.records)


def test_duplicates_are_found_and_relatives_are_not_taken_for_them() -> None:
    cast, matching = company()
    same = pairs(matching)
    assert len(same & cast.same) >= 0.95 * len(cast.same)
    assert len(same - cast.same) <= 0.05 * len(same)
    assert pairs(matching, "household") <= cast.families
    assert len(pairs(matching, "household")) >= 0.8 * len(cast.families)
    assert matching.prior == pytest.approx(len(cast.same) / (len(cast.records) * (len(cast.records) - 1) / 2), rel=0.2)


def test_the_parts_of_a_weight_add_up_to_it() -> None:
    for pair in company()[1].pairs:
        assert pair.a < pair.b
        assert sum(pair.parts.values()) == pytest.approx(pair.weight, abs=0.01)
        assert 2**pair.weight / (1 + 2**pair.weight) == pytest.approx(pair.probability, abs=1e-4)


def test_the_same_records_give_the_same_in_any_order_under_any_name() -> None:
    cast, matching = company()
    names = [name[::-1] for name in cast.records]
    Random(2).shuffle(names)
    again = found({name: cast.records[name[::-1]] for name in names})
    assert {(*in_order(pair.a[::-1], pair.b[::-1]), pair.weight) for pair in again.pairs} == {
        (pair.a, pair.b, pair.weight) for pair in matching.pairs
    }
    assert (again.model_id, again.prior) == (matching.model_id, matching.prior)


def test_who_has_no_duplicate_is_left_alone() -> None:
    assert pairs(found(drawn(150, 8, twice=0).records)) == set()


@pytest.mark.parametrize(
    "records",
    [
        {},
        {"a": {"first_name": "Ada", "surname": "Bianchi"}},
        {"a": {"plan": "gold"}, "b": {"plan": "gold"}},
        {"a": {"city": "Roma"}, "b": {"city": "Roma"}},
    ],
)
def test_where_there_is_nothing_to_find_nothing_is_found(records: dict[str, dict[str, Any]]) -> None:
    assert found(records).pairs == []


def test_two_records_are_enough() -> None:
    one = {"first_name": "Robert", "surname": "O'Hara", "dob": "1980-02-03", "email": "rob@example.com", "zip": "10100"}
    pair = only(found({"a": one, "b": {**one, "first_name": "Bob", "dob": "3/2/1980"}}, 0.01))
    assert (pair.a, pair.b) == ("a", "b")
    assert set(pair.parts) == {"prior", "given", "surname", "birth_date", "email", "area"}


def only(matching: Matching) -> Pair:
    (pair,) = matching.pairs
    return pair


def test_values_that_everybody_shares_make_no_pairs() -> None:
    records = [MatchRecord(str(number), {"email": "shop@example.com", "town": f"t{number}"}) for number in range(200)]
    with SplinkMatcher().taking(records) as held:
        assert held.pairs_of(_key("email")) == 0
        assert held.pairs_of(_key("town")) == 0


def _key(name: str) -> Key:
    return next(key for key in KEYS if key.name == name)


@pytest.mark.slow
def test_the_example_company_knows_whom_it_knows_twice() -> None:
    cast = draw_cast(500, Random(3), date(2025, 7, 1))
    customers = {person.user_id: traits(person) for person in cast.people if person.user_id}
    same = pairs(found(customers))
    user = {person.number: str(person.user_id) for person in cast.people}
    twins = {in_order(user[one], user[other]) for one, other, _ in cast.twins}
    lookalikes = {in_order(user[one], user[other]) for one, other in cast.lookalikes}
    assert twins <= same
    assert not lookalikes & same
    assert len(same - twins) <= 2


def in_order(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


# ---- real files


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def true_pairs(groups: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The pairs of records of one group, from (record, group)."""
    members: dict[str, list[str]] = {}
    for record, group in groups:
        members.setdefault(group, []).append(record)
    return {pair for one in members.values() for pair in combinations(sorted(one), 2)}


@pytest.mark.skipif(not FAKE_1000.is_file(), reason=f"the linkage sets are not in {DATA} (set PERCORSO_DATA)")
def test_fake_1000_is_matched_without_its_labels() -> None:
    records = rows(FAKE_1000)
    truth = true_pairs((row["unique_id"], row["cluster"]) for row in records)
    told = {
        row["unique_id"]: {name: row[name] for name in row if name not in ("unique_id", "cluster")} for row in records
    }
    same = pairs(found(told))
    right = len(same & truth)
    assert right / len(same) >= 0.95
    assert 2 * right / (len(same) + len(truth)) >= 0.8
