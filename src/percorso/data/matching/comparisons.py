"""How well two records agree, field by field, from the best level to the worst.

The shares are those of true pairs: what is usual in customer files with typing errors, moves and second mailboxes. The
company's own records outvote them (adapters/splink_matcher.py) as soon as there are enough pairs to learn from.
"""

from percorso.model.matching import Comparison, How, Level, Test


def _same(field: str, usual: float, name: str = "same") -> Level:
    return Level(name, (Test("same", field),), usual, frequency_of=field)


def _test(how: How, field: str, limit: float = 0.0) -> Test:
    return Test(how, field, limit=limit)


def _rest(usual: float) -> Level:
    return Level("different", (), usual)


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "given",
        ("given",),
        (
            _same("given", 0.68),
            Level("short form", (_test("same", "given_full"), _test("starts", "given")), 0.07),
            Level("changed places", (Test("crossed", "given", "surname"),), 0.03),
            Level("his and hers", (_test("same", "given_stem"),), 0.01),  # Paolo and Paola are brother and sister
            Level("misspelt", (_test("slips", "given", 1), _test("alike", "given", 0.92)), 0.12),
            Level("similar", (_test("alike", "given", 0.8),), 0.04),
            _rest(0.05),
        ),
        personal=True,
    ),
    Comparison(
        "surname",
        ("surname",),
        (
            _same("surname", 0.74),
            Level("changed places", (Test("crossed", "surname", "given"),), 0.03),
            Level("misspelt", (_test("slips", "surname", 1), _test("alike", "surname", 0.92)), 0.12),
            Level("similar", (_test("alike", "surname", 0.8), _test("starts", "surname")), 0.04),
            _rest(0.07),
        ),
    ),
    Comparison(
        "birth_date",
        ("birth_date",),
        (
            _same("birth_date", 0.8),
            Level("one slip", (_test("slips", "birth_date", 1), _test("day_month", "birth_date")), 0.1),
            Level("two slips", (_test("slips", "birth_date", 2),), 0.03),
            Level("same year", (_test("same", "birth_year"),), 0.02),
            _rest(0.05),
        ),
        personal=True,
    ),
    Comparison(
        "national_id",
        ("national_id",),
        (
            _same("national_id", 0.82),
            Level("one slip", (_test("slips", "national_id", 1),), 0.08),
            Level("two slips", (_test("slips", "national_id", 2),), 0.03),
            _rest(0.07),
        ),
        personal=True,
    ),
    Comparison(
        "email",
        ("email",),
        (
            _same("email", 0.55),
            Level("same mailbox elsewhere", (_test("same", "mailbox"),), 0.07),
            Level("misspelt", (_test("slips", "email", 2),), 0.08),
            Level("similar", (_test("alike", "email", 0.88),), 0.06),
            _rest(0.24),
        ),
        personal=True,
        silent_on=(Test("same", "mailbox_words", "mailbox"),),  # namesakes: one name, told apart by a number
    ),
    Comparison(
        "phone",
        ("phone",),
        (_same("phone", 0.6), Level("one slip", (_test("slips", "phone", 1),), 0.05), _rest(0.35)),
    ),
    Comparison(
        "street",
        ("street",),
        (
            _same("door", 0.55, "same door"),
            _same("street", 0.1, "same street"),
            Level("misspelt", (_test("slips", "street", 2), _test("alike", "street", 0.9)), 0.17),
            _rest(0.18),
        ),
    ),
    Comparison(
        "area",
        ("postcode", "town"),
        (
            _same("postcode", 0.62, "same postcode"),
            _same("town", 0.15, "same town"),
            Level(
                "misspelt", (_test("slips", "postcode", 1), _test("slips", "town", 2), _test("alike", "town", 0.9)), 0.1
            ),
            _rest(0.13),
        ),
    ),
)
