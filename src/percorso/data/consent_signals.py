"""What a request says of consent, read into ``context.consent`` of its event, where conditions find it.

    categoryPreferences   as Segment's clients send it: category -> true or false; RudderStack's lists of allowed and denied
                          ids (``context.consentManagement``) become the same
    gpc                   true when the browser sent ``Sec-GPC: 1`` (https://w3c.github.io/gpc/): do not sell or share
    tcf                   the choices in ``tcString``, an IAB TC string (data/tc_string.py); null when it cannot be read

Only what was said is written; a signal that is missing stays missing. What a signal *allows* is decided where it is used.
"""

from typing import Any

from percorso.data.tc_string import read_tc_string

UNREADABLE = "context.consent.tcString cannot be read ({}); its choices are not known"


def with_signals(context: Any, gpc: bool) -> tuple[Any, str | None]:
    """The context with its consent read, and what could not be read, for the sender."""
    known: dict[str, Any] = context if isinstance(context, dict) else {}
    given = known.get("consent")
    consent: dict[str, Any] = dict(given) if isinstance(given, dict) else {}
    note = None
    if gpc:
        consent["gpc"] = True
    if "tcString" in consent:
        consent["tcf"], note = _choices(consent["tcString"])
    if "categoryPreferences" not in consent and (told := _of_rudderstack(known.get("consentManagement"))):
        consent["categoryPreferences"] = told
    return ({**known, "consent": consent}, note) if consent else (context, None)


def _choices(text: Any) -> tuple[dict[str, Any] | None, str | None]:
    try:
        if not isinstance(text, str):
            raise ValueError("it is no text")
        return read_tc_string(text), None
    except ValueError as error:
        return None, UNREADABLE.format(error)


def _of_rudderstack(told: Any) -> dict[str, bool]:
    """Ids on both lists are denied."""
    if not isinstance(told, dict):
        return {}
    return {**_each(told.get("allowedConsentIds"), True), **_each(told.get("deniedConsentIds"), False)}


def _each(ids: Any, allowed: bool) -> dict[str, bool]:
    named = ids if isinstance(ids, list) else []
    return {one: allowed for one in named if isinstance(one, str) and one}
