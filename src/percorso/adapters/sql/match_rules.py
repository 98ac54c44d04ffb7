"""The rule that accepts pairs among the configuration records, a record a version."""

from percorso.adapters.sql.config_store import ConfigStore
from percorso.model.match_rule import MatchRule, MatchRuleVersion
from percorso.model.time import Micros

_KIND = "match_rule"


class SqlMatchRules:
    """`ports.MatchRules`."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    def latest(self) -> MatchRuleVersion | None:
        return next(iter(self.all()), None)

    def all(self) -> list[MatchRuleVersion]:
        found = [
            MatchRuleVersion(
                int(version),
                MatchRule(name=said["name"], precision=said["precision"], on=said["on"]),
                said["by"],
                said["at"],
            )
            for version, said in self._store.records(_KIND).items()
        ]
        return sorted(found, key=lambda one: one.version, reverse=True)

    def put(self, rule: MatchRule, by: str, at: Micros) -> MatchRuleVersion:
        before = self.latest()
        made = MatchRuleVersion(before.version + 1 if before else 1, rule, by, at)
        record = {"name": rule.name, "precision": rule.precision, "on": rule.on, "by": by, "at": at}
        self._store.put(_KIND, str(made.version), record, at)
        return made
