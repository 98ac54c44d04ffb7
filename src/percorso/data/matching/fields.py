"""What is known of a person -> the fields of a record to compare.

A trait is taken for a field by its name, in English or Italian, whatever its case and however its words are joined.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from percorso.data.matching.dates import date_digits
from percorso.data.matching.names import full_form, given_and_surname
from percorso.data.matching.values import code, email, phone, words

NAMES: Mapping[str, tuple[str, ...]] = {
    "given": ("given_name", "first_name", "firstname", "forename", "nome", "nome_proprio"),
    "surname": ("surname", "last_name", "lastname", "family_name", "cognome"),
    "name": ("name", "full_name", "fullname", "display_name", "nome_completo", "nominativo", "nome_e_cognome"),
    "birth_date": (
        "birth_date",
        "birthdate",
        "date_of_birth",
        "dob",
        "birthday",
        "born_on",
        "data_di_nascita",
        "data_nascita",
    ),
    "national_id": (
        *(
            "national_id",
            "soc_sec_id",
            "ssn",
            "social_security_number",
            "tax_id",
            "tax_code",
            "fiscal_code",
            "passport_number",
        ),
        *("nino", "nhs_number", "codice_fiscale", "cf", "documento", "id_card_number", "driving_licence"),
    ),
    "email": ("email", "email_address", "e_mail", "mail", "contact_email", "posta_elettronica"),
    "phone": (
        *("phone", "phone_number", "mobile", "mobile_phone", "cell_phone", "telephone", "contact_phone"),
        *("telefono", "cellulare", "numero_di_telefono"),
    ),
    "street": (
        *("street", "street_name", "address", "address_1", "address1", "address_line_1", "street_address"),
        *("via", "indirizzo"),
    ),
    "house": ("house", "house_number", "street_number", "civico", "numero_civico"),
    "postcode": ("postcode", "postal_code", "zip", "zip_code", "zipcode", "cap"),
    "town": ("town", "city", "suburb", "locality", "municipality", "comune", "citta", "localita"),
}
"""Field -> the traits that say it, the first that does counts."""

_SPELLING: Mapping[str, Callable[[Any], str | None]] = {
    "given": words,
    "surname": words,
    "birth_date": date_digits,
    "national_id": code,
    "email": email,
    "phone": phone,
    "street": words,
    "house": code,
    "postcode": code,
    "town": words,
}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_HOUSE_IN_STREET = re.compile(r"^(?P<before>\d+[a-z]?(?= ))? ?(?P<street>.*?\D)(?: (?P<after>\d+[a-z]?(?: [a-z])?))?$")
_MEANS = {name: field for field, names in NAMES.items() for name in names}
_RANK = {name: place for names in NAMES.values() for place, name in enumerate(names)}


@lru_cache(maxsize=4_096)
def snake(name: str) -> str:
    """A trait's name as small words joined by underscores.

    >>> snake("firstName"), snake("Date of birth"), snake("ZIP-code"), snake("address1")
    ('first_name', 'date_of_birth', 'zip_code', 'address_1')
    """
    return "_".join(_WORD.findall(name)).lower()


def field_of(trait: str) -> str | None:
    """The field that a trait says, None for what is not compared."""
    name = snake(trait)
    return _MEANS.get(name) or _MEANS.get(name.replace("_", ""))


def fields_of(traits: Mapping[str, Any], contacts: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """The fields of a record, from traits and then from identifiers (kind, value); unknown ones are missing."""
    said = _by_field(_flat(traits))
    for kind, value in contacts:
        if kind in ("email", "phone"):
            said.setdefault(kind, value)
    found = {field: spelt for field, spell in _SPELLING.items() if (spelt := spell(said.get(field))) is not None}
    _take_names_apart(found, said.get("name"))
    _take_street_apart(found)
    return found | _derived(found)


def _by_field(traits: Mapping[str, Any]) -> dict[str, Any]:
    """Field -> the value of the trait that counts for it."""
    ranked = sorted(traits, key=lambda name: (_RANK.get(snake(name), len(_RANK)), name))
    found: dict[str, Any] = {}
    for name in ranked:
        field, value = field_of(name), traits[name]
        if field is not None and value not in (None, ""):
            found.setdefault(field, value)
    return found


def _flat(traits: Mapping[str, Any]) -> dict[str, Any]:
    """Traits with those of an address beside the others, as Segment nests them."""
    found = {name: value for name, value in traits.items() if not isinstance(value, Mapping)}
    for value in traits.values():
        if isinstance(value, Mapping):
            for name, inner in value.items():
                found.setdefault(str(name), inner)
    return found


def _take_names_apart(found: dict[str, str], name: Any) -> None:
    if "given" in found and "surname" in found:
        return
    given, surname = given_and_surname(name)
    if given is not None:
        found.setdefault("given", given)
    if surname is not None:
        found.setdefault("surname", surname)


def _take_street_apart(found: dict[str, str]) -> None:
    """The number of the house out of the street, when it stands there and nowhere else."""
    parts = _HOUSE_IN_STREET.match(found.get("street", ""))
    if parts is None or "house" in found:
        return
    number = parts["after"] or parts["before"]
    if number and parts["street"].strip():
        found["street"], found["house"] = parts["street"].strip(), number.replace(" ", "")


def _derived(found: Mapping[str, str]) -> dict[str, str]:
    """What is made of several fields, or of a part of one."""
    made = {}
    if "given" in found:
        made["given_full"] = full_form(found["given"])
        if found["given"][-1] in "ao" and len(found["given"]) > 3:
            made["given_stem"] = found["given"][:-1]
    if "given" in found and "surname" in found:
        made["both_names"] = " ".join(sorted((found["given"], found["surname"])))
    if "street" in found and "house" in found:
        made["door"] = f"{found['street']} {found['house']}"
    if "birth_date" in found:
        made["birth_year"] = found["birth_date"][:4]
    if "email" in found:
        made["mailbox"] = found["email"].partition("@")[0]
        made["mailbox_words"] = re.sub(r"\d+", "", made["mailbox"]) or made["mailbox"]
    return made
