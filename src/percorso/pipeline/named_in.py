"""Whom refused items name, however broken they are: who is shown them sees these people."""

from collections.abc import Callable, Iterable

from percorso.data.identity.anywhere import in_refused
from percorso.data.identity.identifiers import NodeIds
from percorso.model.identifier import RANK, Identifier, normalise
from percorso.model.identity import IdentityRules
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
        said = {one for body in bodies for one in in_refused(body.encode("utf-8", "surrogatepass"), kinds)}
        named = {
            Identifier(kind, one.value, claimed)
            for kind, text in said
            if (one := normalise(kind, text, rules.region)) is not None
            for claimed in (False, True)
        }
        return set(self._people.holders(sorted({self._ids.of(one) for one in named})).values())
