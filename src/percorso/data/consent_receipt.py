"""Receipts of choices: what was chosen, for what, when and by which proof, for the person or an authority.

The shape is that of ISO/IEC TS 27560:2023, Consent record information structure; what Percorso does not know (storage
places, retention, recipients) is left out rather than made up.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from percorso.model.consent import Purpose
from percorso.model.consent_chain import LedgerRow
from percorso.model.time import to_iso

SCHEMA_VERSION = "ISO/IEC TS 27560:2023"
_EVENT_STATE = {"granted": "given", "denied": "refused", "withdrawn": "withdrawn"}
_CONTROLLER = "controller"


def receipt(row: LedgerRow, purposes: Mapping[str, Purpose], company: str, language: str) -> dict[str, Any] | None:
    """The receipt of a ledger row, None when what it said was erased. `language`: of the purpose's name."""
    said = row.said()
    if not said:
        return None
    purpose = purposes.get(said["purpose"])
    names = {} if purpose is None else purpose.name
    basis = said.get("basis") or (None if purpose is None else purpose.basis)
    expires_at = said.get("expires_at")
    return _without_nothing(
        {
            "schema_version": SCHEMA_VERSION,
            "record_id": str(UUID(hex=row.hash[:32])),
            "pii_principal_id": said["voice"],
            "privacy_notice": _without_nothing({"version": said.get("text_version"), "sha256": said.get("text_hash")}),
            "language": said.get("language"),
            "purposes": [
                _without_nothing(
                    {
                        "purpose": said["purpose"],
                        "purpose_name": names.get(language) or names.get("en"),
                        "lawful_basis": basis,
                        "services": None if said["channel"] == "*" else [said["channel"]],
                        "collection_method": said.get("mechanism"),
                        "pii_controllers": [_CONTROLLER],
                        "withdrawal_method": "the preference centre, or the unsubscribe link of any message",
                    }
                )
            ],
            "party_identification": [{"party_id": _CONTROLLER, "party_name": company, "party_role": "PII controller"}],
            "events": [
                _without_nothing(
                    {
                        "event_time": to_iso(said["occurred_at"]),
                        "event_type": "explicit" if said.get("mechanism") != "gpc" else "signal",
                        "event_state": _EVENT_STATE[said["state"]],
                        "validity_until": None if expires_at is None else to_iso(expires_at),
                        "entity_id": said["voice"],
                    }
                )
            ],
            "evidence": {
                "source": said["source"],
                "message_id": said["message_id"],
                "ledger": {"seq": row.seq, "number": row.number, "commitment": row.commitment, "hash": row.hash},
            },
        }
    )


def _without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, {}, [])}
