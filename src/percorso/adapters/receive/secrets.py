"""Secrets: where a record says they are."""

import os
from pathlib import Path

from percorso.model.errors import InvalidConfig
from percorso.model.source import Secret


def reveal(secret: Secret, root: Path) -> str:
    """The secret. A file is relative to `root`, the company's directory; white space around it is no part of it."""
    if secret.env is not None:
        found = os.environ.get(secret.env, "").strip()
        if not found:
            raise InvalidConfig(f"the variable {secret.env} of the environment is empty; set it to the secret")
        return found
    path = root / (secret.file or "")
    try:
        found = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfig(f"the secret's file {secret.file} cannot be read; write the secret into it") from error
    if not found:
        raise InvalidConfig(f"the secret's file {secret.file} is empty; write the secret into it")
    return found
