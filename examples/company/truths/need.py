"""The unspoken need in figures: who looked for it, who asked, and how it grew."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..cast import Person
from ..needs import QUERIES, SUBJECT
from ..world import Item, World
from .witness import Fact, Witness

_QUERIES = frozenset(query for queries in QUERIES.values() for query in queries)


class Need(Witness):
    """Searches for compostable decaf, questions about it, and the other searches without a result."""

    key = "unspoken_need"
    names = ("Products Searched", "Chat Ended", "Call Ended")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.quarters: Counter[int] = Counter()
        self.others: Counter[str] = Counter()
        self.searchers: set[int] = set()
        self.askers: set[int] = set()
        self.questions: Counter[str] = Counter()

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        if item.wire["event"] == "Products Searched":
            if properties["query"] in _QUERIES:
                self.quarters[self.rhythm.index(item.at // 1000) // 92] += 1
                if person:
                    self.searchers.add(person.number)
            elif properties["results"] == 0:
                self.others[properties["query"]] += 1
        elif properties["subject"] == SUBJECT:
            self.questions["solved" if properties["resolved"] else "unsolved"] += 1
            if person:
                self.askers.add(person.number)

    def tell(self) -> Fact:
        return {
            "what": {"it": "capsule compostabili di decaffeinato", "en": "compostable capsules of decaf"},
            "subject": SUBJECT,
            "queries": sorted(_QUERIES),
            "searches": self.quarters.total(),
            "searches_by_quarter": [self.quarters[quarter] for quarter in range(4)],
            "people_who_searched": len(self.searchers),
            "questions": {word: self.questions[word] for word in ("solved", "unsolved")},
            "people_who_asked": len(self.askers),
            "other_searches_without_result": dict(sorted(self.others.items())),
        }
