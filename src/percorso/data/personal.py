"""Whether a property looks like somebody's data: by its name, in English and Italian, and by what its texts were."""

import re
from collections.abc import Collection, Mapping
from typing import Literal

PersonalKind = Literal["email", "phone", "name", "address", "birth", "tax", "payment", "place", "ip"]

_PEOPLE = (
    "customer|client|cliente|user|utente|person|persona|people|contact|contatto|recipient|destinatario|sender|mittente"
    "|buyer|guest|ospite|owner|member|socio|passenger|patient|paziente|student|billing|shipping|delivery"
)
_HAS_NAME = f"first|last|full|given|family|middle|maiden|nick|{_PEOPLE}"
_NAMED: tuple[tuple[PersonalKind, str], ...] = (
    ("email", r"(e_?mails?|mail|pec)(_addr(ess)?)?$|indirizzo_(e_?)?mail$"),
    ("ip", r"ip(_?addr(ess)?)?$|indirizzo_ip$"),
    (
        "phone",
        r"(tele)?phone(_(number|no))?$|(tel|mobile|msisdn|whatsapp|telefono|cellulare|cell)(_(number|no|numero))?$",
    ),
    ("name", rf"({_HAS_NAME})_?name$|name_({_PEOPLE})$|(sur|user)name$|cognome$|nominativo$|nome_({_PEOPLE})$"),
    ("birth", r"birth_?(day|date|year|place)?$|(date|day|year|place)_of_birth$|dob$|(data|anno|luogo)_(di_)?nascita$"),
    ("tax", r"codice_?fiscale$|fiscal_?code$|tax_?(id|code|number)$|(cf|ssn|vat|vat_(id|number)|p_?iva|partita_iva)$"),
    ("tax", r"passport(_(no|number))?$|(national|identity|id)_(id|card|number)$|carta_(di_)?identita$"),
    ("payment", r"(iban|pan|bic|cvv)$|(credit_|debit_)?card(_(no|number))$|carta_(di_)?credito$|account_(no|number)$"),
    ("address", r"address(_?(line)?_?\d)?$|indirizzo$|street(_name)?$|post_?(al_)?code$|zip(_?code)?$|cap$|civico$"),
    ("place", r"(lat|lng|lon|latitude|longitude|latitudine|longitudine|gps|geo_?(location|point)?|coordinates)$"),
)
_BY_NAME = tuple((kind, re.compile(rf"(?:^|_)(?:{pattern})")) for kind, pattern in _NAMED)
_WHOSE = re.compile(rf"(?:^|_)(?:{_PEOPLE})s?$")
_ABOUT_PEOPLE = re.compile(
    r"(?:^|_)(?:account|contact|customer|form|lead|member|person|profile|user|newsletter|signed_up)s?(?:_|$)"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_SAYS_NOTHING = frozenset(("boolean", "null"))
_BARE = ("name", "nome")
"""By itself it may be a product's: it is a person's beside a person's data, or in an event about people."""


def risks(event: str, kinds: Mapping[str, Collection[str]]) -> dict[str, PersonalKind]:
    """Path -> what of a person it looks like, of one event; what holds such a property looks like one too.

    >>> risks("Booked", {"name": ["string"], "buyer": ["object"], "buyer.mail": ["string"]})
    {'buyer.mail': 'email', 'buyer': 'email'}
    >>> risks("Booked", {"name": ["string"], "phone": ["string"]})
    {'phone': 'phone', 'name': 'name'}
    """
    found = {path: kind for path, types in kinds.items() if (kind := personal(event, path, types)) is not None}
    beside = any("." not in path for path in found)
    for path in _BARE if beside else ():
        if not _SAYS_NOTHING.issuperset(kinds.get(path, ())):
            found.setdefault(path, "name")
    for path, kind in list(found.items()):
        while path := path.rpartition(".")[0]:
            found.setdefault(path, kind)
    return found


def personal(event: str, path: str, types: Collection[str]) -> PersonalKind | None:
    """What of a person a property looks like; None when it does not. `types`: as data/shapes.py counts them.

    >>> personal("A", "customer_email", ["string"]), personal("A", "birthDate", ["date"]), personal("A", "x", ["email"])
    ('email', 'birth', 'email')
    >>> personal("A", "customer.name", ["string"]), personal("A", "products.*.name", ["string"])
    ('name', None)
    >>> personal("A", "email_opened", ["boolean"]), personal("A", "mobile", ["boolean"])
    (None, None)
    """
    if "email" in types:
        return "email"
    if _SAYS_NOTHING.issuperset(types):
        return None
    steps = [_spelt(step) for step in path.split(".") if step != "*"]
    parent, last = ["", "", *steps][-2:]
    if last in _BARE:
        whose = _WHOSE.search(parent) if parent else _ABOUT_PEOPLE.search(_spelt(event))
        return "name" if whose else None
    return next((kind for kind, pattern in _BY_NAME if pattern.search(last)), None)


def _spelt(step: str) -> str:
    """Words in lower case, parted by underscores: ``birthDate``, ``Birth-Date`` and ``birth_date`` are one.

    >>> _spelt("customerIPAddress"), _spelt("Data di nascita")
    ('customer_ip_address', 'data_di_nascita')
    """
    return _CAMEL.sub("_", step).strip("_").lower()
