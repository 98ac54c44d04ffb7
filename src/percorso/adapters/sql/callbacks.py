"""How far callbacks of privacy requests are, among the configuration records."""

from collections.abc import Sequence

from percorso.adapters.sql.config_store import ConfigStore
from percorso.model.callback import Callback
from percorso.model.time import Micros

_KIND = "privacy_callback"


class SqlCallbacks:
    """`ports.erasure.Callbacks`."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    def of(self, request_id: str) -> list[Callback]:
        found = self._store.record(_KIND, request_id)
        if found is None:
            return []
        return [Callback(**{**one, "told": tuple(one["told"])}) for one in found["callbacks"]]

    def put(self, request_id: str, callbacks: Sequence[Callback], at: Micros) -> None:
        self._store.put(_KIND, request_id, {"callbacks": [one._asdict() for one in callbacks]}, at)
