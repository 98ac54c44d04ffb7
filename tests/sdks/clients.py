"""The clients we promise to work with, each in an environment of its own below .tools/sdks, and how a test runs one."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".tools" / "sdks"
HERE = Path(__file__).parent
RUN_WITHIN_S = 90.0


@dataclass(frozen=True, kw_only=True)
class Client:
    """`environment`: a folder of .tools/sdks; `driver`: how `send.py` or `send.mjs` calls it; `gzip`: None = its default."""

    package: str
    version: str
    environment: str
    driver: str
    gzip: bool | None = None

    @property
    def name(self) -> str:
        return f"{self.package.replace('@', '').replace('/', '.')}-{self.version}{'-gzip' if self.gzip else ''}"

    def command(self) -> list[str]:
        if self.environment == "node":
            return ["node", str(HERE / "send.mjs"), self.driver]
        return [str(INSTALLED / self.environment / "bin" / "python"), "-s", str(HERE / "send.py"), self.driver]


def _segment_python(version: str, *, gzip: bool) -> Client:
    return Client(
        package="segment-analytics-python",
        version=version,
        environment=f"segment-{version}",
        driver="segment.analytics",
        gzip=gzip,
    )


CLIENTS = (
    _segment_python("2.4.0", gzip=False),
    _segment_python("2.4.0", gzip=True),
    _segment_python("2.3.4", gzip=False),
    _segment_python("2.3.4", gzip=True),
    Client(package="analytics-python", version="1.4.post1", environment="segment-1.4", driver="analytics"),
    Client(package="rudder-sdk-python", version="2.1.9", environment="rudder-2.1.9", driver="rudderstack.analytics"),
    Client(package="@segment/analytics-node", version="3.1.0", environment="node", driver="segment"),
    Client(package="analytics-node", version="6.2.0", environment="node", driver="analytics-node"),
    Client(package="@rudderstack/rudder-sdk-node", version="3.0.13", environment="node", driver="rudder"),
)

FOR_PAGES = Client(package="@segment/analytics-next", version="1.84.3", environment="node", driver="page")
"""Runs in a browser, not by `run`."""


def run(client: Client, url: str, write_key: str, orders: int, *, with_bad: bool) -> str:
    """Send through a client, in a process of its own that ends by itself, and return what it wrote. Raises AssertionError
    when it failed, or told its program of any error."""
    env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower() and name != "PYTHONPATH"}
    gzip = "" if client.gzip is None else str(int(client.gzip))
    done = subprocess.run(
        [*client.command(), url, write_key, str(orders), "bad" if with_bad else "good", gzip],
        cwd=INSTALLED / client.environment,
        env=env,
        text=True,
        capture_output=True,
        timeout=RUN_WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, f"{client.name} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
