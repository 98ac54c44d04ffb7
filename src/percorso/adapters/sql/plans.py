"""The tracking plan among the configuration records: one a name, and every version there was."""

from percorso.adapters.sql.config_store import ConfigStore
from percorso.model.plan import Plan, read_plan
from percorso.model.time import Micros

_KIND, _HISTORY, _SETTINGS = "plan", "plan_history", "plan_settings"


class SqlPlans:
    """`ports.Plans`."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    def plan(self) -> Plan:
        settings = self._store.records(_SETTINGS).get("plan", {})
        return read_plan({"new_events": settings.get("new_events"), "events": self._store.records(_KIND)})

    def store(self, plan: Plan, at: Micros) -> None:
        for name, one in plan.events.items():
            self._store.put(_HISTORY, f"{name}@{one.version}", one.as_mapping(), at)
        self._store.put(_SETTINGS, "plan", {"new_events": plan.new_events}, at)
        self._store.replace(_KIND, {name: one.as_mapping() for name, one in plan.events.items()}, at)
