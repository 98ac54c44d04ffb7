"""The named cells of recency, frequency and money: which scores each takes. Every combination is in exactly one.

Scores are 1 to 5, 5 the best. The names are those in common use; where usage differs, the ranges here say what is meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from percorso.model.touchpoint import Text

Range = tuple[int, int]
ANY: Range = (1, 5)


class Box(NamedTuple):
    """A block of scores, both ends included."""

    recency: Range
    frequency: Range
    money: Range = ANY

    def holds(self, recency: int, frequency: int, money: int) -> bool:
        scores = (recency, frequency, money)
        return all(low <= score <= high for score, (low, high) in zip(scores, self, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """about: what to think of these people, in a sentence."""

    id: str
    name: Text
    about: Text
    boxes: tuple[Box, ...]


def _cell(id: str, names: tuple[str, str], about: tuple[str, str], *boxes: Box) -> Cell:
    it, en = names
    return Cell(id=id, name={"it": it, "en": en}, about={"it": about[0], "en": about[1]}, boxes=boxes)


CELLS: tuple[Cell, ...] = (
    _cell(
        "champions", ("Campioni", "Champions"),
        ("Comprano spesso e hanno comprato da poco.", "They buy often and bought lately."),
        Box((5, 5), (4, 5)),
    ),
    _cell(
        "loyal", ("Fedeli", "Loyal"),
        ("Comprano spesso, l'ultima volta da non molto.", "They buy often, the last time not long ago."),
        Box((3, 4), (4, 5)),
    ),
    _cell(
        "potential_loyal", ("Possibili fedeli", "Potential loyal"),
        ("Hanno comprato da poco, già più di qualche volta.", "They bought lately, and some times already."),
        Box((4, 5), (2, 3)),
    ),
    _cell(
        "new", ("Nuovi", "New"),
        ("Tra i più recenti, ancora con pochissimi acquisti.", "Among the latest, with hardly any purchase yet."),
        Box((5, 5), (1, 1)),
    ),
    _cell(
        "promising", ("Promettenti", "Promising"),
        ("Abbastanza recenti, con pochissimi acquisti.", "Rather recent, with hardly any purchase."),
        Box((4, 4), (1, 1)),
    ),
    _cell(
        "need_attention", ("Da seguire", "Need attention"),
        ("Nella media, e si stanno allontanando.", "In the middle, and drifting away."),
        Box((3, 3), (3, 3)),
    ),
    _cell(
        "about_to_sleep", ("Quasi assopiti", "About to sleep"),
        ("Pochi acquisti, e non da poco.", "Few purchases, and not lately."),
        Box((3, 3), (1, 2)),
    ),
    _cell(
        "cannot_lose", ("Da non perdere", "Cannot lose them"),
        ("Tra i migliori, ma non comprano da molto.", "Among the best, but they have not bought for long."),
        Box((1, 2), (5, 5)), Box((1, 2), (3, 4), (5, 5)),
    ),
    _cell(
        "at_risk", ("A rischio", "At risk"),
        ("Compravano spesso, ma non comprano da molto.", "They used to buy often, but have not for long."),
        Box((1, 2), (3, 4), (1, 4)),
    ),
    _cell(
        "hibernating", ("Dormienti", "Hibernating"),
        ("Pochi acquisti, da molto tempo.", "Few purchases, long ago."),
        Box((2, 2), (1, 2)),
    ),
    _cell(
        "lost", ("Persi", "Lost"),
        ("Pochi acquisti, tra i più lontani.", "Few purchases, among the longest ago."),
        Box((1, 1), (1, 2)),
    ),
)  # fmt: skip

BY_ID: Mapping[str, Cell] = {cell.id: cell for cell in CELLS}


def cell_of(recency: int, frequency: int, money: int) -> Cell:
    """The cell that three scores are in.

    >>> cell_of(5, 5, 1).id, cell_of(1, 4, 5).id, cell_of(1, 4, 4).id
    ('champions', 'cannot_lose', 'at_risk')
    """
    return next(cell for cell in CELLS if any(box.holds(recency, frequency, money) for box in cell.boxes))
