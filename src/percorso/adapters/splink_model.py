"""A model learned with Splink: what share of the true pairs, and of all pairs, is of each level.

Fellegi, Sunter: A theory for record linkage, JASA 64 (1969); m and u as there. u comes from pairs drawn blindly, m by
expectation maximisation over pairs that agree on something telling.
"""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

from splink import DuckDBAPI, Linker

from percorso.adapters.matching_sql import holds, same_on, silent
from percorso.model.matching import Comparison, Key, MatchModel

SEED = 7
BLIND_PAIRS = 150_000
SEEN_OF_A_LEVEL = 30
"""A level that was seen so often is known well enough; the drawing stops when all are."""
LEARNING_PAIRS = 1_000_000
FEWEST_TO_LEARN = 20
MOST_LESSONS = 3
"""Keys learned on: each leaves out what it looks at itself, so that three teach everything, and each takes its time."""
WEIGHT_OF_THE_USUAL = 30
"""As many true pairs as what is usual counts for."""
PAIRS_ELSEWHERE = 300
USUALLY_ALIKE = 0.02
"""Share of blind pairs that agree in some way, and as how many pairs that counts."""
PEOPLE_ELSEWHERE = 100
RAREST = 1e-7

logging.getLogger("splink").setLevel(logging.ERROR)  # what it warns of is dealt with here


class Learned(NamedTuple):
    """The comparisons with what was learned, as Splink takes them; ``true_pairs``: how many it was learned from."""

    comparisons: list[dict[str, Any]]
    true_pairs: float


def learn(connection: Any, model: MatchModel, pairs_on: Sequence[tuple[Key, int]]) -> Learned:
    """Learn from the table `records`. ``pairs_on``: keys to learn on, with how many pairs each makes."""
    linker = linker_for(DuckDBAPI(connection), model, _unlearned(model))
    training = linker.training
    training.estimate_u_using_random_sampling(
        max_pairs=BLIND_PAIRS, seed=SEED, min_count_per_level=SEEN_OF_A_LEVEL, num_chunks=2
    )
    true_pairs = 0.0
    teaching = [
        (key, pairs)
        for key, pairs in pairs_on
        if pairs >= FEWEST_TO_LEARN and _leaves_something(key, model.comparisons)
    ]
    for key, pairs in teaching[:MOST_LESSONS]:
        session = training.estimate_parameters_using_expectation_maximisation(same_on(key), max_pairs=LEARNING_PAIRS)
        share = session.core_model_settings.probability_two_random_records_match
        true_pairs = max(true_pairs, share * min(pairs, LEARNING_PAIRS))
    learned = linker.misc.save_model_to_json()["comparisons"]
    both = zip(model.comparisons, learned, strict=True)
    blind = min(model.records * (model.records - 1) / 2, BLIND_PAIRS)
    return Learned([_held_to_the_usual(one, found, true_pairs, blind) for one, found in both], true_pairs)


def linker_for(api: DuckDBAPI, model: MatchModel, comparisons: list[dict[str, Any]]) -> Linker:
    """Splink over the table `records`; it begins with one true pair for every two records."""
    settings = {
        "link_type": "dedupe_only",
        "comparisons": comparisons,
        "probability_two_random_records_match": 1 / model.records,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
        "em_convergence": 0.001,
        "linker_uid": "percorso",
    }
    linker = Linker(api.register("records"), settings, log_level=None, validate_settings=False)
    for field in sorted(
        {level.frequency_of for one in model.comparisons for level in one.levels if level.frequency_of}
    ):
        lookup = api.register(_frequencies(api.duckdb_con, field))
        linker.table_management.register_term_frequency_lookup(lookup, field)
    return linker


def _frequencies(connection: Any, field: str) -> str:
    """A table of `frequencies_of` a field, unless it is there already."""
    table = f"frequency_{field}"
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} AS {frequencies_of(field)}")
    return table


def frequencies_of(field: str) -> str:
    """The share of all people who have each value. In a small company few share what many share elsewhere: a value of two
    in ten is not the value of every fifth person."""
    return (
        f'SELECT "{field}", count(*) / ((SELECT count("{field}") FROM records) + {PEOPLE_ELSEWHERE})::DOUBLE '
        f'AS "tf_{field}" FROM records WHERE "{field}" IS NOT NULL GROUP BY "{field}"'
    )


def _unlearned(model: MatchModel) -> list[dict[str, Any]]:
    return [_as_splink(comparison) for comparison in model.comparisons]


def _as_splink(comparison: Comparison) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": silent(comparison), "label_for_charts": "unknown", "is_null_level": True}
    ]
    for level in comparison.levels:
        written: dict[str, Any] = {
            "sql_condition": holds(level),
            "label_for_charts": level.name,
            "m_probability": level.usual,
        }
        if level.frequency_of:
            written["tf_adjustment_column"] = level.frequency_of
        levels.append(written)
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _leaves_something(key: Key, comparisons: Sequence[Comparison]) -> bool:
    """Whether a comparison is left to learn about: none that looks at a field of the key can be."""
    fields = {part.field for part in key.parts}
    return any(not fields & _looked_at(comparison) for comparison in comparisons)


def _looked_at(comparison: Comparison) -> set[str]:
    tests = [*comparison.silent_on, *(test for level in comparison.levels for test in level.any_of)]
    return {test.field for test in tests} | {test.other for test in tests if test.other}


def _held_to_the_usual(
    comparison: Comparison, learned: dict[str, Any], true_pairs: float, blind_pairs: float
) -> dict[str, Any]:
    """Shares drawn towards what is usual, the more the fewer pairs taught them; and no share of nothing."""
    levels = learned["comparison_levels"][1:]
    taught = true_pairs if all("m_probability" in level for level in levels) else 0.0
    for level, said in zip(levels, comparison.levels, strict=True):
        share = level.get("m_probability", said.usual)
        level["m_probability"] = (taught * share + WEIGHT_OF_THE_USUAL * said.usual) / (taught + WEIGHT_OF_THE_USUAL)
        elsewhere = USUALLY_ALIKE / (len(levels) - 1) if said.any_of else 1 - USUALLY_ALIKE
        drawn = level.get("u_probability") or 0.5 / blind_pairs
        level["u_probability"] = (blind_pairs * drawn + PAIRS_ELSEWHERE * elsewhere) / (blind_pairs + PAIRS_ELSEWHERE)
    _make_whole(levels, "m_probability")
    _make_whole(levels, "u_probability")
    return learned


def _make_whole(levels: list[dict[str, Any]], name: str) -> None:
    total = sum(level[name] for level in levels)
    for level in levels:
        level[name] = max(level[name] / total, RAREST)
