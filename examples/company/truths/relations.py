"""Who belongs together: accounts of one human being, families, offices. Known from the cast; no event says so."""

from ..cast import Cast, Person
from .witness import Fact


def relations(cast: Cast) -> Fact:
    """Twins to merge, look-alikes not to merge, shared phones and mailboxes that must join nobody."""
    people = {person.number: person for person in cast.people}

    def user(number: int) -> str | None:
        return people[number].user_id

    return {
        "people": len(cast.people),
        "with_account": sum(person.user_id is not None for person in cast.people),
        "with_card_only": len(cast.of_kind("card")),
        "unknown_visitors": len(cast.of_kind("visitor")),
        "companies": len(cast.companies),
        "twins": [
            {"accounts": [user(a), user(b)], "evidence": _evidence(people[a], people[b])} for a, b, _ in cast.twins
        ],
        "lookalikes": [[user(a), user(b)] for a, b in cast.lookalikes],
        "family_phones": [{"phone": phone, "accounts": [user(n) for n in numbers]} for phone, numbers in cast.families],
        "office_mailboxes": [
            {"email": address, "company_id": company, "accounts": [user(n) for n in numbers]}
            for address, company, numbers in cast.mailboxes
        ],
    }


def _evidence(one: Person, other: Person) -> list[str]:
    """What two accounts of one person have in common."""
    fields = ("first", "last", "birthday", "city", "phone")
    return [field for field in fields if getattr(one, field) == getattr(other, field)]
