"""Made-up people with duplicates, families and namesakes, and who is who: for the tests of matching."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

GIVEN = """giulia marco anna luca sara paolo elena davide chiara matteo laura andrea valeria simone marta stefano irene
robert william elizabeth thomas margaret james alice henry emma george lucy arthur grace oliver ruby jack""".split()
SURNAMES = """bianchi ferrari esposito russo romano colombo ricci marino greco bruno gallo conti mancini costa giordano
rizzo lombardi moretti barbieri fontana santoro mariani rinaldi caruso ferrara galli martini leone longo gentile
smith jones taylor brown wilson evans thomas roberts walker wright""".split()
TOWNS = ["torino", "milano", "bologna", "firenze", "napoli", "bari", "trieste", "leeds", "bristol", "york"]
STREETS = ["via roma", "corso dante", "via garibaldi", "piazza verdi", "high street", "station road", "church lane"]
SHORT = {"robert": "bob", "william": "bill", "elizabeth": "liz", "margaret": "peggy", "thomas": "tom", "matteo": "teo"}

Traits = dict[str, Any]


@dataclass
class Cast:
    """``records``: record id -> traits. The pairs are sorted pairs of record ids."""

    records: dict[str, Traits] = field(default_factory=dict)
    same: set[tuple[str, str]] = field(default_factory=set)
    families: set[tuple[str, str]] = field(default_factory=set)


def drawn(people: int, seed: int, *, twice: float = 0.3, related: float = 0.1) -> Cast:
    """So many people; a share of them has a second record with slips, a share a relative under the same roof."""
    rng = Random(seed)
    cast = Cast()
    for number in range(people):
        one = _person(rng, number)
        mine = f"p{number:06d}"
        cast.records[mine] = one
        if rng.random() < twice:
            cast.records[f"{mine}-again"] = _again(one, rng)
            cast.same.add((mine, f"{mine}-again"))
        if rng.random() < related:
            cast.records[f"{mine}-kin"] = _relative(one, rng, number)
            cast.families.add((mine, f"{mine}-kin"))
            if f"{mine}-again" in cast.records:
                cast.families.add((f"{mine}-again", f"{mine}-kin"))
    return cast


def _person(rng: Random, number: int) -> Traits:
    given, surname, town = (
        rng.choice(GIVEN),
        rng.choice(SURNAMES) + rng.choice(("", "", "", "ni", "elli")),
        rng.choice(TOWNS),
    )
    return {
        "firstName": given.title(),
        "lastName": surname.title(),
        "birthday": _day(rng, 1940, 2005),
        "email": f"{given}.{surname}{number}@example.com",
        "phone": f"+39333{number:07d}",
        "address": {
            "street": f"{rng.choice(STREETS)} {rng.randint(1, 180)}",
            "city": town,
            "postalCode": f"{10 + TOWNS.index(town)}{rng.randint(100, 140)}",
        },
    }


def _day(rng: Random, first: int, last: int) -> str:
    return f"{rng.randint(first, last)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def _again(one: Traits, rng: Random) -> Traits:
    """The same person, typed in a second time: something is missing, something is wrong, something is new."""
    other: Traits = {**one, "address": dict(one["address"])}
    for _ in range(rng.randint(1, 3)):
        match rng.randrange(8):
            case 0:
                other["firstName"] = SHORT.get(one["firstName"].lower(), _slip(one["firstName"], rng))
            case 1:
                other["lastName"] = _slip(one["lastName"], rng)
            case 2:
                other["firstName"], other["lastName"] = other["lastName"], other["firstName"]
            case 3:
                year, month, day = one["birthday"].split("-")
                other["birthday"] = f"{day}/{month}/{year}"
            case 4:
                other["email"] = f"x{rng.randrange(10**8)}@example.org"
            case 5:
                other.pop("phone", None)
            case 6:
                other["address"] = {"street": "via nuova 7", "city": rng.choice(TOWNS), "postalCode": "99100"}
            case _:
                other.pop("birthday", None)
    return other


def _relative(one: Traits, rng: Random, number: int) -> Traits:
    given = rng.choice([name for name in GIVEN if name != one["firstName"].lower()])
    born = _day(rng, 1940, 2005)
    mail = f"{given}.{rng.randrange(10**6)}.{number}@example.net"
    return {**one, "firstName": given.title(), "birthday": born, "email": mail}


def _slip(text: str, rng: Random) -> str:
    place = rng.randrange(1, len(text))
    kind = rng.randrange(3)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + rng.choice("aeiorst") + text[place:]
    return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
