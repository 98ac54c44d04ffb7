"""A backup whose process dies amid its work."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_SCRIPT = """
import os, sys
from pathlib import Path
from percorso.adapters.lake_pins import Pins
pins = Pins(Path(sys.argv[1])).__enter__()
pins.hold(sys.argv[2:])
os.kill(os.getpid(), 9)
"""


def kill_amid_a_backup(lake: Path, paths: Sequence[str]) -> None:
    """In a process of its own, pin some files of a lake and die."""
    done = subprocess.run([sys.executable, "-c", _SCRIPT, str(lake), *paths], check=False)
    assert done.returncode == -signal.SIGKILL
