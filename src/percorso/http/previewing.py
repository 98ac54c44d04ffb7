"""The preview of identity rules, in the process that answers questions about everybody."""

from threading import Lock
from typing import Any

from fastapi import APIRouter, Request

from percorso.http.identity_shapes import PreviewRecord
from percorso.http.identity_view import NamesOf, preview_record
from percorso.model.errors import Conflict
from percorso.model.identity_rules import read_rules
from percorso.pipeline.ruling import Ruling

router = APIRouter()


class Previews:
    """One at a time: each goes through everybody."""

    def __init__(self, ruling: Ruling, names_of: NamesOf) -> None:
        self._ruling = ruling
        self._names_of = names_of
        self._one = Lock()

    def preview(self, said: dict[str, Any]) -> PreviewRecord:
        """Raises Conflict while another runs."""
        rules = read_rules(said)
        if not self._one.acquire(blocking=False):
            raise Conflict("somebody looks at a preview just now; try again when that is done")
        try:
            return preview_record(self._ruling.preview(rules), self._names_of)
        finally:
            self._one.release()


@router.post("/identity/preview", response_model=PreviewRecord)
def preview(body: dict[str, dict[str, Any]], request: Request) -> Any:
    """What rules would change of everybody known."""
    previews = request.app.state.previews
    assert isinstance(previews, Previews)
    return previews.preview(body.get("rules", {}))
