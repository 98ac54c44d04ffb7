"""The rules of identity among the configuration records."""

from collections.abc import Mapping
from typing import Any

from percorso.adapters.sql.config_store import ConfigStore
from percorso.model.identity import IdentityRules
from percorso.model.identity_rules import plain_rules, read_rules
from percorso.model.time import Micros
from percorso.ports.identity import Applying, RulesVersion

_KIND, _HISTORY = "identity", "identity_history"
_IN_FORCE, _WANTED, _APPLYING = "in_force", "wanted", "applying"


class SqlRuleBook:
    """`ports.RuleBook`."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    def in_force(self) -> RulesVersion | None:
        return self._read(_IN_FORCE)

    def wanted(self) -> RulesVersion | None:
        return self._read(_WANTED)

    def want(self, rules: IdentityRules, by: str, at: Micros) -> RulesVersion:
        numbers = (int(name) for name in self._store.records(_HISTORY))
        made = RulesVersion(max(numbers, default=0) + 1, rules, by, at)
        self._store.put(_HISTORY, str(made.version), _record(made), at)
        self._store.put(_KIND, _WANTED, _record(made), at)
        return made

    def put_in_force(self, rules: RulesVersion) -> None:
        self._store.put(_KIND, _IN_FORCE, _record(rules), rules.at)

    def applying(self) -> Applying | None:
        found = self._store.records(_KIND).get(_APPLYING)
        return None if found is None else Applying(**found)

    def tell(self, applying: Applying) -> None:
        self._store.put(_KIND, _APPLYING, applying._asdict(), applying.at)

    def _read(self, name: str) -> RulesVersion | None:
        found = self._store.records(_KIND).get(name)
        if found is None:
            return None
        return RulesVersion(found["version"], read_rules(found["rules"]), found["by"], found["at"])


def _record(rules: RulesVersion) -> Mapping[str, Any]:
    return {**rules._asdict(), "rules": plain_rules(rules.rules)}
