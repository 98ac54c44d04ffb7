"""Machines over MQTT 3.1.1, QoS 1: the broker keeps messages for us while we are away, until we say that the log has them.

One thread does everything: take what came, hand it over, acknowledge it. What was not acknowledged the broker sends again
when we connect again. The document of a message is its payload; ``received.topic`` and ``received.topics.0`` (its parts)
say whence it came.
"""

import threading
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from percorso.adapters.receive.tls import trusting, unreachable
from percorso.model.arrived import Arrived, Deliver
from percorso.model.errors import InvalidConfig, StoreUnavailable
from percorso.model.source import MqttSettings

AT_ONCE = 500
"""Messages that one append takes at most."""
ANSWER_WITHIN_S = 15.0
QUIET_S = 1.0
"""With `once`: nothing waits when nothing came for so long."""
LOOP_S = 0.1
QOS = 1


class MqttReceiver:
    """`pipeline.receiving.Receiver` for one subscription. `root`: the company's directory, for paths of certificates."""

    def __init__(self, settings: MqttSettings, password: str | None, root: Path) -> None:
        self._settings = settings
        self._password = password
        self._root = root

    def check(self) -> str:
        """Connect under another name, so that nothing kept for this source is taken."""
        session = _Session(self._client(f"{self._settings.client_id}-check", clean=True), self._settings, ())
        session.open()
        session.close()
        return f"{self._settings.host} answers; it is listened to on {', '.join(self._settings.topics)}"

    def receive(self, deliver: Deliver, stop: threading.Event, *, once: bool) -> None:
        """See the port."""
        client = self._client(self._settings.client_id, clean=False)
        session = _Session(client, self._settings, self._settings.topics)
        session.open()
        deliver(())
        quiet_since = time.monotonic()
        try:
            while not stop.is_set():
                session.turn()
                while session.waiting:
                    session.hand_over(deliver)
                    quiet_since = time.monotonic()
                if once and time.monotonic() - quiet_since > QUIET_S:
                    return
        finally:
            session.close()

    def _client(self, client_id: str, *, clean: bool) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=clean,
            protocol=paho.MQTTv311,
            manual_ack=True,
        )
        if self._settings.user is not None:
            client.username_pw_set(self._settings.user, self._password)
        if self._settings.tls:
            client.tls_set_context(trusting(self._root, self._settings.ca_file, self._settings.own_certificate))
        return client


class _Session:
    """One connection. ``waiting``: messages taken and not acknowledged yet."""

    def __init__(self, client: paho.Client, settings: MqttSettings, topics: tuple[str, ...]) -> None:
        self._client = client
        self._settings = settings
        self._topics = topics
        self._refused: str | None = None
        self._ready = False
        self._broker = f"the broker {settings.host}:{settings.port}"
        self.waiting: list[paho.MQTTMessage] = []
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = lambda _client, _data, message: self.waiting.append(message)

    def open(self) -> None:
        """Connect and subscribe. Raises StoreUnavailable or InvalidConfig."""
        settings = self._settings
        try:
            self._client.connect(settings.host, settings.port, keepalive=60)
        except (OSError, ValueError) as error:
            raise unreachable(error, self._broker, tls=settings.tls) from error
        deadline = time.monotonic() + ANSWER_WITHIN_S
        while not self._ready:
            self.turn()
            if time.monotonic() > deadline:
                raise StoreUnavailable(f"{self._broker} does not answer")

    def turn(self) -> None:
        """Send and take for a moment. Raises StoreUnavailable when the line is cut, InvalidConfig when we are refused."""
        code = self._client.loop(LOOP_S)
        if self._refused is not None:
            raise InvalidConfig(f"the broker refuses us: {self._refused}; check user, password and topics")
        if code == MQTTErrorCode.MQTT_ERR_SUCCESS:
            return
        if self._ready:
            raise StoreUnavailable(f"the line to {self._broker} is cut ({paho.error_string(code)})")
        wanted = "a certificate of ours (`cert_file`, `key_file`)" if self._settings.tls else "TLS (`tls: true`)"
        raise StoreUnavailable(f"{self._broker} hangs up before it answers; does it want {wanted}?")

    def hand_over(self, deliver: Deliver) -> None:
        """Deliver some of what waits, then acknowledge it."""
        some = self.waiting[:AT_ONCE]
        deliver([_arrived(message) for message in some])
        for message in some:
            self._client.ack(message.mid, message.qos)
        del self.waiting[: len(some)]

    def close(self) -> None:
        """Say goodbye: what waits is kept by the broker."""
        self._client.disconnect()
        self._client.loop(LOOP_S)

    def _connected(self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if reason.is_failure:
            self._refused = str(reason)
        elif self._topics:
            self._client.subscribe([(topic, QOS) for topic in self._topics])
        else:
            self._ready = True

    def _subscribed(self, _client: Any, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Any) -> None:
        failed = [str(reason) for reason in reasons if reason.is_failure]
        if failed:
            self._refused = f"a topic may not be read ({failed[0]})"
        self._ready = True


def _arrived(message: paho.MQTTMessage) -> Arrived:
    known = {"topic": message.topic, "topics": message.topic.split("/"), "retained": bool(message.retain)}
    return Arrived(bytes(message.payload), known)
