"""Runs the ```console blocks of a page as its reader would, and holds what is printed against what the page shows.

    $ command              run by bash in a folder of the page's own; variables stay set for the commands below
    output                 what it must print; nothing = anything, but the command must succeed
    ...                    any text, over lines too

Ids, keys and the server's address differ from run to run: each is bound where the page shows it first and must be the
same wherever the page shows it again. Times and dates need only look like one, and white space does not count. A command
that asks (anything but a sending curl and the commands of `ACTS`) waits until everything is folded, as it is while a
reader reads, and is asked again until it prints what the page shows, for messages go out later. The first `percorso up`
starts a real server that lives as long as the page.
"""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from tests.server import Server

ROOT = Path(__file__).resolve().parent.parent
PAGE_URL = "http://127.0.0.1:8321"
WITHIN_S = 60.0

ELSEWHERE = {
    "make demo": "tests/test_demo.py::test_the_demo_loads_signs_in_and_moves",
    "PERCORSO_LOG_URL=$DATABASE PERCORSO_STATE_URL=$DATABASE percorso up": "tests/test_on_postgres.py::test_up_runs_on_it",
}
"""Commands of pages that another test runs, with that test."""

ACTS = ("keys create", "keys revoke", "backup", "restore", "import", "init", "replay")

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ASSIGNMENT = re.compile(r"^([A-Z][A-Z_]*)=\S")
_SENDS = re.compile(r"\bcurl\b.*\s(-d|-X|--data\S*)\s")
_VOLATILE = re.compile(
    r"(?P<dots>\.\.\.)"
    r"|(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z)"
    r"|(?P<date>\b\d{4}-\d\d-\d\d\b)"
    r"|(?P<id>\b[0-9a-f]{32}\b|\b(?:wk|sk)_[\w-]{43}|(?<=\()[\w.]{12}(?=\)))"
    r"|(?P<space>\s+)"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a page with what the page says it prints. `line`: where it stands."""

    page: Path
    line: int
    command: str
    printed: str


def steps_of(page: Path) -> list[Step]:
    """The commands of a page's console blocks, in order."""
    text = page.read_text()
    found = []
    for block in _BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(1)) + 1
        found += list(_steps(page, first, block.group(1).splitlines()))
    return found


def _steps(page: Path, first: int, lines: list[str]) -> Iterator[Step]:
    at = 0
    while at < len(lines):
        assert lines[at].startswith("$ "), f"{page.name}:{first + at}: a console block begins with a command"
        start, command = at, lines[at][2:]
        while not _is_whole(command):
            at += 1
            command += "\n" + lines[at]
        at += 1
        output = at
        while at < len(lines) and not lines[at].startswith("$ "):
            at += 1
        yield Step(page, first + start, command, "\n".join(lines[output:at]).strip())


def _is_whole(command: str) -> bool:
    """Whether a command ends here: no backslash at its end and no open quote."""
    if command.endswith("\\"):
        return False
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True


@dataclass
class Reading:
    """One reader at one page: a folder, a shell whose variables stay, at most one server. A context manager."""

    folder: Path
    server: Server | None = None
    bound: dict[str, str] = field(default_factory=dict)
    within_s: float = WITHIN_S

    def follow(self, page: Path) -> int:
        """Run the page's commands; how many. Raises AssertionError with the place where the page is untrue."""
        steps = [step for step in steps_of(page) if step.command not in ELSEWHERE]
        for step in steps:
            self._take(step)
        return len(steps)

    def _take(self, step: Step) -> None:
        words = shlex.split(step.command)
        if words[:2] == ["percorso", "up"] and self.server is None:
            self._start(step, words[2:])
            return
        deadline = time.monotonic() + self.within_s
        acts = _acts(step.command)
        while True:
            if self.server is not None and not acts:
                self.server.wait_folded()
            wrong = self._run(step)
            if wrong is None:
                return
            if acts or time.monotonic() > deadline:
                raise AssertionError(f"{step.page.name}:{step.line}: $ {step.command}\n{wrong}")

    def _start(self, step: Step, options: list[str]) -> None:
        environment = {"PERCORSO_ZONE": zone_of_noon()}
        self.server = Server(self.folder / "percorso-data", *options, environment=environment)
        url, wanted = self.server.url, len(step.printed.splitlines())
        self.bound[PAGE_URL] = url
        deadline = time.monotonic() + WITHIN_S
        while len(self.server.lines) < wanted:
            assert time.monotonic() < deadline, self.server.lines
            time.sleep(0.02)
        if wrong := self._differs(step.printed, "\n".join(self.server.lines)):
            raise AssertionError(f"{step.page.name}:{step.line}: $ {step.command}\n{wrong}")

    def _run(self, step: Step) -> str | None:
        """What is wrong with what the command did, None when nothing is."""
        command = step.command
        for shown, real in self.bound.items():
            command = command.replace(shown, real)
        script = (
            f"set -a\n[ -f .variables ] && . ./.variables\n{command}\nstatus=$?\nexport -p >.variables\nexit $status"
        )
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=_environment(), text=True, capture_output=True, timeout=120
        )
        if done.returncode != 0 and not step.printed:
            return f"it failed with {done.returncode}:\n{done.stdout}{done.stderr}"
        assigned = _ASSIGNMENT.match(step.command)
        if assigned and not self._value_of(assigned.group(1)):
            return f"{assigned.group(1)} is empty\n{done.stderr}"
        return self._differs(step.printed, done.stdout + done.stderr) if step.printed else None

    def _value_of(self, name: str) -> str:
        script = f'. ./.variables; printf %s "${name}"'
        return subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=_environment(), text=True, capture_output=True, check=True
        ).stdout

    def _differs(self, shown: str, printed: str) -> str | None:
        """How the output differs from the page's, None when it does not; binds what the page shows for the first time."""
        pattern, names = self._pattern(shown)
        found = pattern.fullmatch(printed.strip())
        if found is None:
            return f"--- the page shows\n{shown}\n--- it printed\n{printed.strip()}"
        self.bound.update({value: found.group(group) for value, group in names.items()})
        return None

    def _pattern(self, shown: str) -> tuple[re.Pattern[str], dict[str, str]]:
        parts, names, at = [], dict[str, str](), 0
        for found in _VOLATILE.finditer(shown):
            parts.append(self._literal(shown[at : found.start()]))
            parts.append(self._volatile(found, names))
            at = found.end()
        parts.append(self._literal(shown[at:]))
        return re.compile("".join(parts), re.DOTALL), names

    def _literal(self, text: str) -> str:
        return re.escape(text.replace(PAGE_URL, self.bound.get(PAGE_URL, PAGE_URL)))

    def _volatile(self, found: re.Match[str], names: dict[str, str]) -> str:
        kind, text = found.lastgroup, found.group()
        if kind == "id":
            if text in self.bound:
                return re.escape(self.bound[text])
            if text in names:
                return f"(?P={names[text]})"
            names[text] = f"id{len(names)}"
            return rf"(?P<{names[text]}>[\w.-]+)"
        return {
            "dots": r".*?",
            "time": r"\d{4}-\d\d-\d\dT[\d:.]+Z",
            "date": r"\d{4}-\d\d-\d\d",
            "space": r"\s+",
        }[str(kind)]

    def __enter__(self) -> "Reading":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.server is not None:
            self.server.stop()


def zone_of_noon() -> str:
    """A time zone where it is about noon, so that no quiet hours hold, whenever the test runs."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


def _acts(command: str) -> bool:
    return bool(_SENDS.search(command)) or any(act in command for act in ACTS)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PERCORSO_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return {**kept, "PATH": path, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "COLUMNS": "200"}
