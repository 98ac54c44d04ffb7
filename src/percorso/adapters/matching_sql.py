"""What a model says, as DuckDB's SQL, which can be put into Spark's words: the levels of a comparison, the pairs of a key."""

from percorso.model.matching import Comparison, Key, KeyPart, Level, Test

LARGEST_BLOCK = 100
"""Values that more records share tell too little: pairs of them come by another key, or not at all."""


def left(field: str) -> str:
    return f'"{field}_l"'


def right(field: str) -> str:
    return f'"{field}_r"'


def silent(comparison: Comparison) -> str:
    """Holds when the comparison says nothing."""
    unknown = " AND ".join(f"({left(field)} IS NULL OR {right(field)} IS NULL)" for field in comparison.fields)
    differing = (f"({_test(test)} AND {left(test.other)} <> {right(test.other)})" for test in comparison.silent_on)
    return " OR ".join((f"({unknown})", *differing))


def holds(level: Level) -> str:
    """The condition of a level."""
    return " OR ".join(_test(test) for test in level.any_of) if level.any_of else "ELSE"


def _test(test: Test) -> str:
    one, two = left(test.field), right(test.field)
    if test.how == "same":
        return f"{one} = {two}"
    if test.how == "crossed":
        return f"({one} = {right(test.other)} AND {left(test.other)} = {two})"
    if test.how == "starts":
        return f"(starts_with({one}, {two}) OR starts_with({two}, {one}))"
    if test.how == "alike":
        return f"jaro_winkler_similarity({one}, {two}) >= {test.limit}"
    if test.how == "day_month":
        return f"{one} = substr({two}, 1, 4) || substr({two}, 7, 2) || substr({two}, 5, 2)"
    # Counting slips is dear; so few of them leave a similarity that is cheap to look at.
    return f"(jaro_similarity({one}, {two}) >= 0.7 AND damerau_levenshtein({one}, {two}) <= {test.limit:g})"


def key_value(key: Key) -> str:
    """The value of a key in a row of records, null when a part is missing."""
    return "hash(" + ", ".join(_part(part) for part in key.parts) + ")"


def key_there(key: Key) -> str:
    """Holds when every part of a key is long enough to say something."""
    return " AND ".join(
        f'"{part.field}" IS NOT NULL' if part.first is None else f'length("{part.field}") >= {part.first}'
        for part in key.parts
    )


def _part(part: KeyPart) -> str:
    return f'"{part.field}"' if part.first is None else f'left("{part.field}", {part.first})'


def blocks(key: Key) -> str:
    """(value, size) of the blocks of a key that make pairs."""
    return (
        f"SELECT {key_value(key)} AS value, count(*) AS size FROM records WHERE {key_there(key)} "
        f"GROUP BY value HAVING size BETWEEN 2 AND {LARGEST_BLOCK}"
    )


def pairs_in(key: Key) -> str:
    """(join_key_l, join_key_r) of the pairs a key makes, each once, the smaller number left."""
    return (
        f"SELECT a.unique_id AS join_key_l, b.unique_id AS join_key_r FROM "
        f"(SELECT unique_id, {key_value(key)} AS value FROM records WHERE {key_there(key)}) AS a "
        f"SEMI JOIN ({blocks(key)}) AS shared USING (value) "
        f"JOIN (SELECT unique_id, {key_value(key)} AS value FROM records WHERE {key_there(key)}) AS b "
        f"ON a.value = b.value AND a.unique_id < b.unique_id"
    )


def same_on(key: Key) -> str:
    """A key as a rule for two rows, `l` and `r`."""
    return " AND ".join(f'l."{part.field}" = r."{part.field}"' for part in key.parts)
