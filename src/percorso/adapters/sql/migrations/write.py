"""Writes a new revision from the difference between the tables as migrated and the tables as declared.

python -m percorso.adapters.sql.migrations.write state "add the column x"
"""

import sys

from alembic import command
from sqlalchemy import create_engine

from percorso.adapters.sql.migrations import HEAD, Line, _config, revisions


def write(line: Line, about: str) -> str:
    """Write the next revision of a line and return its number."""
    number = f"{len(revisions(line)) + 1:04d}"
    config = _config(line)
    with create_engine("sqlite://").connect() as connection:
        config.attributes["connection"] = connection
        if number != "0001":
            command.upgrade(config, "head")
        command.revision(config, message=about, rev_id=number, autogenerate=True)
    return number


if __name__ == "__main__":
    named = [line for line in HEAD if line == sys.argv[1]]
    if not named:
        raise SystemExit(f"the line is one of {', '.join(HEAD)}")
    print(write(named[0], sys.argv[2]))
