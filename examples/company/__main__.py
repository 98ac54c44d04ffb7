"""``python -m company``: write a year as JSON Lines, and what is true of it as YAML."""

import argparse
import json
import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import yaml

from .simulate import DEFAULT_PEOPLE, DEFAULT_SEED, Year
from .truths import Truths


def main() -> None:
    """One line per item: the Segment call, with its system under ``source``."""
    given = _arguments()
    year = Year(given.people, given.seed, given.end)
    seen = Truths(year) if given.truths else None
    with nullcontext(sys.stdout) if given.out is None else given.out.open("w", encoding="utf-8") as out:
        for item in seen.watch(year.items()) if seen else year.items():
            line = json.dumps({"source": item.source, **item.wire}, ensure_ascii=False, separators=(",", ":"))
            out.write(line + "\n")
    if seen:
        given.truths.write_text(written(seen.tell()), encoding="utf-8")


def written(truths: dict[str, object]) -> str:
    """Truths as YAML."""
    return yaml.safe_dump(truths, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m company", description="A coffee roaster's year of customers.")
    parser.add_argument("--people", type=int, default=DEFAULT_PEOPLE, help="how many people (%(default)s)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed, another year (%(default)s)")
    parser.add_argument("--end", type=date.fromisoformat, help="the day before which the year ends (now)")
    parser.add_argument("--out", type=Path, help="JSON Lines file to write (standard output)")
    parser.add_argument("--truths", type=Path, help="YAML file for what is true of this year")
    return parser.parse_args()


if __name__ == "__main__":
    main()
