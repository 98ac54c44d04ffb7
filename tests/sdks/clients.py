"""The clients we promise to work with, each in an environment of its own below .tools/sdks, and how a test runs one."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".tools" / "sdks"
HERE = Path(__file__).parent
RUN_WITHIN_S = 90.0
FIVE = ("identify", "page", "group", "alias")
"""The calls that a client makes beside its orders."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client for programs.

    environment  a folder of .tools/sdks
    driver       how `send.py` or `send.mjs` calls it
    gzip         None = its default
    others       the calls it knows beside track
    resends      it sends again what was not answered with 200
    """

    package: str
    environment: str
    driver: str
    gzip: bool | None = None
    others: tuple[str, ...] = FIVE
    resends: bool = True

    @property
    def name(self) -> str:
        plain = self.package.replace("@", "").replace("/", ".")
        return f"{plain}-{self.environment}-{self.driver}{'-gzip' if self.gzip else ''}"

    def version(self) -> str:
        """As installed."""
        return installed_version(self.package, self.environment)

    def command(self) -> list[str]:
        if self.environment == "node":
            return ["node", str(HERE / "send.mjs"), self.driver]
        return [str(INSTALLED / self.environment / "bin" / "python"), "-s", str(HERE / "send.py"), self.driver]


def installed_version(package: str, environment: str) -> str:
    """The version that stands in an environment."""
    if environment == "node":
        about = INSTALLED / "node" / "node_modules" / package / "package.json"
        return str(json.loads(about.read_text())["version"])
    program = str(INSTALLED / environment / "bin" / "python")
    ask = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
    done = subprocess.run([program, "-c", ask, package], text=True, capture_output=True, timeout=30, check=True)
    return done.stdout.strip()


def _segment_python(environment: str, *, gzip: bool) -> Client:
    return Client(package="segment-analytics-python", environment=environment, driver="segment.analytics", gzip=gzip)


CLIENTS = (
    _segment_python("segment-2.4.0", gzip=False),
    _segment_python("segment-2.4.0", gzip=True),
    _segment_python("segment-2.3.4", gzip=False),
    _segment_python("segment-2.3.4", gzip=True),
    Client(package="analytics-python", environment="segment-1.4", driver="analytics"),
    Client(package="rudder-sdk-python", environment="rudder-2.1.9", driver="rudderstack.analytics"),
    Client(package="@segment/analytics-node", environment="node", driver="segment"),
    Client(package="analytics-node", environment="node", driver="analytics-node"),
    Client(package="@rudderstack/rudder-sdk-node", environment="node", driver="rudder"),
    Client(
        package="@jitsu/js",
        environment="node",
        driver="jitsu",
        others=("identify", "page", "group"),
        resends=False,
    ),
)


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
