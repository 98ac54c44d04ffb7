"""The model for records, by what is known of them: the same rules for every company, whatever its data is called."""

from collections.abc import Callable, Mapping

from percorso.data.matching.comparisons import COMPARISONS
from percorso.data.matching.keys import LEARN_ON, chosen_keys, usable
from percorso.model.matching import Comparison, Key, Level, MatchModel

DEFAULT_THRESHOLD = 0.5
"""Pairs more likely one person than not."""
KNOWN_OF = 0.005
"""A field that fewer of the records have says nothing yet, and takes time."""


def model_for(known: Mapping[str, int], records: int, pairs_of: Callable[[Key], int]) -> MatchModel:
    """The model for so many records. ``known``: field -> how many have it; ``pairs_of``: how many pairs a key brings."""
    there = {field: count for field, count in known.items() if count >= max(2, KNOWN_OF * records)}
    keys, left = chosen_keys(there, records, pairs_of)
    return MatchModel(
        records=records,
        known=dict(sorted(known.items())),
        comparisons=tuple(_with(one, there) for one in COMPARISONS if any(field in there for field in one.fields)),
        keys=keys,
        learn_on=tuple(usable(LEARN_ON, there)),
        left=left,
    )


def _with(comparison: Comparison, there: Mapping[str, int]) -> Comparison:
    """A comparison without the questions about fields that are not there."""
    levels = []
    for level in comparison.levels:
        tests = tuple(test for test in level.any_of if test.field in there and (not test.other or test.other in there))
        if tests or not level.any_of:
            levels.append(Level(level.name, tests, level.usual, level.frequency_of))
    share = sum(level.usual for level in levels)
    return comparison._replace(
        fields=tuple(field for field in comparison.fields if field in there),
        silent_on=tuple(test for test in comparison.silent_on if test.field in there),
        levels=tuple(level._replace(usual=level.usual / share) for level in levels),
    )
