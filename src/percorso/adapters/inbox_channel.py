"""The local inbox as an email channel: where mail goes until a real SMTP server is set."""

import asyncio

from percorso.model.message import Rendered
from percorso.ports import Clock, Mail, Mailbox


class InboxChannel:
    """`ports.Channel`: every mail is kept in the built-in inbox; nothing leaves the machine."""

    name = "email"

    def __init__(self, mailbox: Mailbox, clock: Clock) -> None:
        self._mailbox = mailbox
        self._clock = clock

    async def send(self, message: Rendered) -> str:
        mail = Mail(
            mail_id=message.message_id,
            to=message.to,
            subject=message.subject,
            html=message.html,
            text=message.text,
            received_at=self._clock.now(),
            person_id=message.person_id,
        )
        await asyncio.to_thread(self._mailbox.put, mail)
        return f"inbox:{mail.mail_id}"

    async def close(self) -> None:
        """Nothing is kept open."""
