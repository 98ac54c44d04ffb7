"""Pairs scored by a learned model: how likely each is one person, and whether they are but of one household."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from splink import DuckDBAPI

from percorso.adapters.splink_model import Learned, linker_for
from percorso.model.matching import Comparison, MatchModel, Pair, PairKind

LOWEST_WEIGHT = -8.0
"""Weights below are not kept while the prior is sought."""
_ROUNDS = 50
_STEP = 0.01


Ask = Callable[[str], Sequence[Sequence[Any]]]
"""Runs a query in DuckDB's words; its rows."""


def score(connection: Any, model: MatchModel, learned: Learned) -> None:
    """Make the table `scored` of the tables `pairs` and `records` of a DuckDB connection: each pair with its weight, what
    each comparison says, and what a person's own says together."""
    api = DuckDBAPI(connection)
    linker = linker_for(api, model, learned.comparisons)
    linker.table_management.register_blocked_pairs_for_predict(api.register("pairs"))
    found = linker.inference.predict(threshold_match_weight=LOWEST_WEIGHT, warning_mode="never")
    parts = ", ".join(f'{_part(one)} AS "{one.name}"' for one in model.comparisons)
    connection.execute(
        f"CREATE TABLE scored AS SELECT unique_id_l, unique_id_r, match_weight, {parts}, "
        f"{_sum(one for one in model.comparisons if one.personal)} AS personal FROM {found.physical_name}"
    )
    found.drop_table_from_database_and_remove_from_cache()


class Scored:
    """The table `scored`, with the prior that its pairs themselves give."""

    def __init__(self, ask: Ask, model: MatchModel) -> None:
        self._ask = ask
        self._model = model
        first = 1 / model.records
        self.prior = self._prior(first)
        self._shift = _odds(self.prior) - _odds(first)

    def _prior(self, first: float) -> float:
        """The share of all pairs that are one person, such that the probabilities of the pairs add up to it."""
        query = "SELECT round(match_weight, 2) AS weight, count(*) FROM scored WHERE personal > 0 GROUP BY weight ORDER BY weight"
        weights = self._ask(query)
        everything = self._model.records * (self._model.records - 1) / 2
        prior = first
        for _ in range(_ROUNDS):
            shift = _odds(prior) - _odds(first)
            true = sum(count * _probability(weight + shift) for weight, count in weights)
            found = min(max(true, 0.5), everything / 2) / everything
            if abs(found - prior) <= _STEP * prior:
                break
            prior = found
        return prior

    def pairs(self, threshold: float) -> list[Pair]:
        """Those of at least this probability, the greatest weight first."""
        least = _odds(threshold) - self._shift
        found = [*self._of("person", f"personal > 0 AND match_weight >= {least}"), *self._households(least)]
        return sorted(found, key=lambda pair: (-pair.weight, pair.a, pair.b))

    def _households(self, least: float) -> list[Pair]:
        """What a family shares, and a door or a phone among it, is enough; what is a person's own is not there or differs."""
        at_home = [one.name for one in self._model.comparisons if one.name in ("street", "phone")]
        if not at_home:
            return []
        shared = " OR ".join(f'scored."{name}" > 0' for name in at_home)
        return self._of("household", f"personal <= 0 AND ({shared}) AND match_weight - personal >= {least}")

    def _of(self, kind: PairKind, which: str) -> list[Pair]:
        names = [one.name for one in self._model.comparisons]
        columns = ", ".join(f'scored."{name}"' for name in names)
        query = (
            f"SELECT one.record_id, two.record_id, match_weight, {columns} FROM scored "
            f"JOIN records AS one ON one.unique_id = unique_id_l JOIN records AS two ON two.unique_id = unique_id_r "
            f"WHERE {which}"
        )
        return [self._pair(kind, names, row) for row in self._ask(query)]

    def _pair(self, kind: PairKind, names: list[str], row: Sequence[Any]) -> Pair:
        a, b = sorted(row[:2])
        weight = row[2] + self._shift
        parts = {"prior": _odds(self.prior), **dict(zip(names, row[3:], strict=True))}
        return Pair(
            a,
            b,
            kind,
            round(weight, 3),
            round(_probability(weight), 6),
            {name: round(part, 3) for name, part in parts.items()},
        )


def _part(comparison: Comparison) -> str:
    """What a comparison says of a pair, with what the frequency of the value adds."""
    frequency = any(level.frequency_of for level in comparison.levels)
    return f"mw_{comparison.name}" + (f" + mw_tf_adj_{comparison.name}" if frequency else "")


def _sum(comparisons: Any) -> str:
    return " + ".join(_part(one) for one in comparisons) or "0.0"


def _odds(probability: float) -> float:
    return math.log2(probability / (1 - probability))


def _probability(weight: float) -> float:
    return 1 / (1 + 2 ** -min(max(weight, -60.0), 60.0))
