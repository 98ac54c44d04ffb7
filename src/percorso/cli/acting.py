"""Whose command it is, as the audit log has it."""

import os
import pwd
from hashlib import sha256

from percorso.cli.opener import OpenCompany
from percorso.model.audit import Act, AuditRow


def account() -> str:
    """The account of the operating system that runs the command; its number where it has no name."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


BY = f"command line ({account()})"


def note(company: OpenCompany, act: Act, target: str | None) -> None:
    """Write into the audit log what this command is about to show or make."""
    company.audit.record(AuditRow(company.clock.now(), BY, act, target))


def saw_person(company: OpenCompany, person_id: str) -> str:
    """One person is about to be shown; their id."""
    note(company, "person.read", person_id)
    return person_id


def asked_sql(company: OpenCompany, query: str) -> None:
    note(company, "sql.queried", sha256(query.encode("utf-8", "surrogatepass")).hexdigest())
