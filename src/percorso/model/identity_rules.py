"""The rules of identity as people write them, in a pack's ``identity:`` section or on the page, and back."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from percorso.model.fields import Fields
from percorso.model.identifier import DEVICE, folded, valid_kind
from percorso.model.identity import Claims, IdentityRules, KindClass

CLASSES: tuple[str, ...] = get_args(KindClass)
FIXED = ("user_id", DEVICE)
"""Kinds whose class is what they are: nobody can make a device of a user id."""
MOST = 1_000
"""A limit beyond which limits limit nothing."""
_REGION = re.compile(r"^[A-Z]{2}$")
_DOMAIN = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")


def read_rules(said: Mapping[str, Any], where: str = "identity") -> IdentityRules:
    """Rules from a mapping; what it does not say is as always. Raises InvalidConfig naming the key."""
    fields, usual = Fields(said, where), IdentityRules()
    rules = IdentityRules(
        claims=Claims(fields.word("claims", [one.value for one in Claims])) if "claims" in said else usual.claims,
        classes=_classes(fields),
        limits=_limits(fields),
        blocked=frozenset(folded(one) for one in fields.words("blocked")),
        domains=frozenset(_domains(fields)),
        region=_region(fields, usual.region),
        burst=fields.whole("burst", usual.burst, least=2),
    )
    fields.done()
    return rules


def plain_rules(rules: IdentityRules) -> dict[str, Any]:
    """Rules as `read_rules` reads them, everything said."""
    return {
        "claims": rules.claims.value,
        "classes": dict(sorted(rules.classes.items())),
        "limits": dict(sorted(rules.limits.items())),
        "blocked": sorted(rules.blocked),
        "domains": sorted(rules.domains),
        "region": rules.region,
        "burst": rules.burst,
    }


def put_over(said: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Several sections as one: maps and lists grow, of single words the later one counts."""
    out: dict[str, Any] = {}
    for one in said:
        for key, value in one.items():
            if isinstance(value, Mapping):
                out[key] = {**out.get(key, {}), **value}
            elif isinstance(value, list | tuple):
                out[key] = [*out.get(key, ()), *value]
            else:
                out[key] = value
    return out


def needs_replay(old: IdentityRules, new: IdentityRules) -> bool:
    """Whether a change is one of what events name: then the ledger itself is another, and must be read from the log."""
    return (old.classes, old.blocked, old.domains, old.region) != (new.classes, new.blocked, new.domains, new.region)


def _classes(fields: Fields) -> dict[str, KindClass]:
    said = Fields(fields.mapping("classes"), f"{fields.where}, classes")
    found: dict[str, KindClass] = {}
    for kind in _kinds(said, fields.mapping("classes")):
        if kind in FIXED:
            raise said.error(kind, "has a class of its own, which cannot be changed")
        found[kind] = said.word(kind, CLASSES)
    return found


def _limits(fields: Fields) -> dict[str, int]:
    said = Fields(fields.mapping("limits"), f"{fields.where}, limits")
    found = {kind: said.whole(kind, least=1) for kind in _kinds(said, fields.mapping("limits"))}
    for kind, limit in found.items():
        if limit > MOST:
            raise said.error(kind, f"is at most {MOST}")
    return found


def _kinds(fields: Fields, said: Mapping[str, Any]) -> list[str]:
    for kind in said:
        if not isinstance(kind, str) or not valid_kind(kind):
            raise fields.error(str(kind), "is no kind of identifier; use lower-case words with underscores")
    return list(said)


def _domains(fields: Fields) -> list[str]:
    found = [one.strip().lower().removeprefix("@") for one in fields.words("domains")]
    for domain in found:
        if not _DOMAIN.match(domain):
            raise fields.error("domains", f"{domain!r} is no domain; write it such as example.com")
    return found


def _region(fields: Fields, usual: str) -> str:
    region = fields.text("region", usual)
    if not _REGION.match(region):
        raise fields.error("region", f"{region!r} is no country; write its two letters, such as IT")
    return str(region)
