"""Targets and the company's own KPIs among the configuration records: every version there was."""

from percorso.adapters.sql.config_store import ConfigStore
from percorso.model.errors import Conflict
from percorso.model.kpi_target import Target, stored_target
from percorso.model.own_kpi import Published, stored_own

_TARGET, _TARGETS_BEFORE, _OWN = "kpi_target", "kpi_target_history", "own_kpi"


class SqlTargets:
    """`ports.kpis.Targets`."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    def all(self) -> dict[str, Target]:
        return {key: stored_target(body) for key, body in self._store.records(_TARGET).items()}

    def put(self, target: Target) -> None:
        body = target.as_mapping()
        self._store.put(_TARGETS_BEFORE, f"{target.key}@{target.version}", body, target.set_at)
        self._store.put(_TARGET, target.key, body, target.set_at)

    def versions(self, key: str) -> list[Target]:
        found = [stored_target(body) for body in self._store.records(_TARGETS_BEFORE).values()]
        return sorted((one for one in found if one.key == key), key=lambda one: -one.version)


class SqlOwnKpis:
    """`ports.kpis.OwnKpis`."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    def all(self) -> list[Published]:
        found = [stored_own(body) for body in self._store.records(_OWN).values()]
        return sorted(found, key=lambda one: (one.own.kpi, -one.version))

    def add(self, published: Published) -> None:
        if self._store.record(_OWN, published.id) is not None:
            raise Conflict(f"somebody has just published {published.id}; look at it, and publish again")
        self._store.put(_OWN, published.id, published.as_mapping(), published.published_at)

    def retire(self, published: Published) -> None:
        self._store.put(_OWN, published.id, published.as_mapping(), published.published_at)
