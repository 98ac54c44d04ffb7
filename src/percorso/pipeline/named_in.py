"""Whom refused items name, however broken they are: who is shown them sees these people."""

from collections.abc import Callable, Iterable

from percorso.data.identity.identifiers import NodeIds
from percorso.model.identifier import RANK, Identifier, normalise
from percorso.model.identity import IdentityRules
from percorso.pipeline.forgetting_guard import texts_of
from percorso.ports import PeopleReader


class NamedIn:
    """Reads the state; changes nothing."""

    def __init__(self, people: PeopleReader, ids: NodeIds, rules: Callable[[], IdentityRules]) -> None:
        self._people = people
        self._ids = ids
        self._rules = rules

    def people(self, bodies: Iterable[str]) -> set[str]:
        """The person ids of everybody known whom one of the bodies names by any identifier."""
        rules = self._rules()
        kinds = {*RANK, *rules.classes}
        texts = {text for body in bodies for text in texts_of(body.encode("utf-8", "surrogatepass"))}
        named = {
            Identifier(kind, one.value, claimed)
            for text in texts
            for kind in kinds
            if (one := normalise(kind, text, rules.region)) is not None
            for claimed in (False, True)
        }
        return set(self._people.holders(sorted({self._ids.of(one) for one in named})).values())
