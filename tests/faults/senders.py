"""Senders of what sources take, each with its own proof of delivery, which remember what they sent and what was acknowledged."""

import json
import threading
from abc import ABC, abstractmethod
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.certificates import NOW

ROWS = 25
"""Rows of a file."""
MOST_FILES = 20
"""No more files are put while so many wait: what is sent is bounded, however slow the other end."""


class Sender(ABC):
    """A thread that sends without end. Ids are those that the events have in the log."""

    pause_s: float

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Send no more; what was sent is acknowledged on return."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def send(self, number: int) -> None:
        """Send one more."""

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(self.pause_s):
            number += 1
            self.send(number)


class Files(Sender):
    """A partner who puts files into a folder: written beside, then renamed. That they lie there is the proof."""

    pause_s = 0.25

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__()
        self._folder = folder
        self._name = name
        self.files: set[str] = set()

    def send(self, number: int) -> None:
        if sum(path.is_file() for path in self._folder.iterdir()) >= MOST_FILES:
            return
        rows = [f"{self._name}-{number}-{row}" for row in range(ROWS)]
        ids = {f"order-completed:{row}" for row in rows}
        self.sent |= ids
        name = f"sales-{number}.csv"
        lines = [f"{row},2026-03-14 10:30:00,c-{row},,12.50" for row in rows]
        beside = self._folder / f".{name}"
        beside.write_text("\n".join(["id,when,card,email,amount", *lines]) + "\n")
        beside.rename(self._folder / name)
        self.files.add(name)
        self.acknowledged |= ids


class Machines(Sender):
    """Machines that speak with QoS 1: the broker's PUBACK is the proof."""

    pause_s = 0.01

    def __init__(self, port: int) -> None:
        super().__init__()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="machines")
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._told: list[tuple[str, paho.MQTTMessageInfo]] = []

    def send(self, number: int) -> None:
        name = f"machine-fault:M7:{number}"
        self.sent.add(name)
        said = json.dumps({"id": number, "at": 1773500000 + number, "code": "E4"})
        self._told.append((name, self._client.publish("machines/M7/fault", said, qos=1)))

    def finish(self) -> None:
        super().finish()
        for name, told in self._told:
            told.wait_for_publish(30.0)
            assert told.is_published()
            self.acknowledged.add(name)
        self._client.disconnect()
        self._client.loop_stop()


class Letters(Sender):
    """People who write mails: that one lies in the mailbox is the proof."""

    pause_s = 0.05

    def __init__(self, box: Path) -> None:
        super().__init__()
        self._box = box

    def send(self, number: int) -> None:
        name = f"email-received:m{number}@example.com"
        self.sent.add(name)
        partial = self._box / "tmp" / str(number)
        partial.write_bytes(bytes(_mail(number)))
        partial.chmod(0o644)
        partial.rename(self._box / "new" / f"{number:09}.test")
        self.acknowledged.add(name)

    def kept(self) -> list[str]:
        """The flags of every mail that lies in the mailbox, now that somebody has looked into it or not."""
        paths = [*(self._box / "new").iterdir(), *(self._box / "cur").iterdir()]
        return [path.name.partition(":2,")[2] for path in paths]


def _mail(number: int) -> EmailMessage:
    message = EmailMessage()
    headers: dict[str, Any] = {
        "From": f"p{number % 40}@example.com",
        "To": "care@shop.example",
        "Subject": "Il mio ordine",
        "Date": format_datetime(NOW),
        "Message-ID": f"<m{number}@example.com>",
    }
    for name, value in headers.items():
        message[name] = value
    message.set_content("Buongiorno")
    return message
