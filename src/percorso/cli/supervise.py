"""Keeps the processes of `percorso up` alive, and ends them all with the supervisor.

Children are forked from the supervisor after it has imported what they need, so that they start at once and share
memory; the supervisor itself has no threads and no open database. Every child watches one pipe whose writing end only
the supervisor holds: when the supervisor is gone, however it went, the pipe ends and the child stops. Children inherit
the directory's lock, so that nobody takes the directory before the last of them is gone.
"""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

_log = structlog.get_logger()

GRACE_S = 20.0
"""How long children may take to finish what they are doing."""
STEADY_S = 30.0
"""A child that ran this long is steady: its next crash is restarted almost at once."""
LONGEST_WAIT_S = 15.0
LOOK_EVERY_S = 0.05
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def backoff(crashes: int) -> float:
    """Seconds to wait before the next start, after so many crashes in a row.

    >>> [backoff(n) for n in (1, 2, 3, 9)]
    [0.2, 0.4, 0.8, 15.0]
    """
    return float(min(0.2 * 2 ** (crashes - 1), LONGEST_WAIT_S))


@dataclass(slots=True)
class Child:
    """One process of ours. ``pid`` is None while it is down; ``start_at`` is then when it starts again (monotonic)."""

    name: str
    run: Callable[[], None]
    pid: int | None = None
    started_at: float = 0.0
    crashes: int = 0
    start_at: float = 0.0


class Supervisor:
    """Starts children, restarts those that fall with growing waits, ends all on `stop`."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self._stopping = False
        self._lifeline, self._held = os.pipe()

    def stop(self) -> None:
        """May be called from a signal handler."""
        self._stopping = True

    def stop_on_signals(self) -> None:
        """SIGTERM, SIGINT and SIGHUP end everything gracefully."""
        for number in SIGNALS:
            signal.signal(number, lambda *_: self.stop())

    def run(self, while_running: Callable[[], None]) -> None:
        """Start the children and watch them until `stop`; then end them. `while_running` is called at every look."""
        gc.freeze()
        try:
            while not self._stopping:
                self.look()
                while_running()
                time.sleep(LOOK_EVERY_S)
        finally:
            self.end()

    def look(self) -> None:
        """One round: note who fell, start whose time has come."""
        now = time.monotonic()
        for child in self.children:
            if child.pid is None and now >= child.start_at:
                self._start(child, now)
            elif child.pid is not None:
                ended, status = os.waitpid(child.pid, os.WNOHANG)
                if ended:
                    self._fell(child, os.waitstatus_to_exitcode(status), now)

    def end(self) -> None:
        """Ask every child to finish, wait, then kill those that did not."""
        running = [child for child in self.children if child.pid is not None]
        for child in running:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        while (running := [child for child in running if not _gone(child)]) and time.monotonic() < deadline:
            time.sleep(0.02)
        for child in running:
            _log.error("process.killed", process=child.name)
            _signal(child, signal.SIGKILL)
            if child.pid is not None:
                os.waitpid(child.pid, 0)
        os.close(self._held)
        os.close(self._lifeline)

    def _start(self, child: Child, now: float) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._be(child)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        child.pid, child.started_at = pid, now
        if child.crashes:
            _log.info("process.restarted", process=child.name, crashes=child.crashes)

    def _be(self, child: Child) -> None:
        """In the child: run it, and never come back into the supervisor's code."""
        code = 1
        try:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            os.close(self._held)
            end_with(self._lifeline)
            structlog.contextvars.bind_contextvars(process=child.name)
            child.run()
            code = 0
        except BaseException as error:  # the process ends here, whatever it was
            _log.exception("process.crashed", error=type(error).__name__)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _fell(self, child: Child, code: int, now: float) -> None:
        child.pid = None
        child.crashes = 1 if now - child.started_at > STEADY_S else child.crashes + 1
        child.start_at = now + backoff(child.crashes)
        _log.error("process.fell", process=child.name, exit_code=code, crashes=child.crashes)


def end_with(lifeline: int) -> None:
    """Stop this process gracefully, and in the end anyhow, when the writing end of a pipe is gone."""

    def watch() -> None:
        while os.read(lifeline, 4096):
            continue
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_S / 2)
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def _signal(child: Child, number: signal.Signals) -> None:
    if child.pid is not None:
        os.kill(child.pid, number)


def _gone(child: Child) -> bool:
    """Whether a child has ended; reaps it."""
    if child.pid is None or os.waitpid(child.pid, os.WNOHANG)[0]:
        child.pid = None
    return child.pid is None
