"""How messages go out: by which channel, with which links, under which rules."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from percorso.main.stores import Stores
from percorso.ports import Channel

if TYPE_CHECKING:
    from percorso.pipeline.deliver import Deliverer


class Delivering(Stores):
    """Mail goes to the built-in inbox until a server is set."""

    @cached_property
    def channels(self) -> Mapping[str, Channel]:
        """Mail by SMTP when a server is set, else into the built-in inbox."""
        chosen = self.settings
        if chosen.smtp_host is None:
            from percorso.adapters.inbox_channel import InboxChannel

            return {"email": InboxChannel(self.mailbox, self.clock)}
        from percorso.adapters.smtp import SmtpChannel, SmtpSettings

        password = None if chosen.smtp_password is None else chosen.smtp_password.get_secret_value()
        smtp = SmtpSettings(
            host=chosen.smtp_host,
            port=chosen.smtp_port,
            sender=chosen.smtp_from,
            tls=chosen.smtp_tls,
            user=chosen.smtp_user,
            password=password,
            allow=chosen.smtp_allow,
        )
        return {"email": SmtpChannel(smtp, self.clock)}

    @property
    def base_url(self) -> str:
        """The public address of this company's server, for the links of its messages."""
        if self.settings.base_url is not None:
            return self.settings.base_url.rstrip("/")
        if self.directory.server.exists():
            return str(json.loads(self.directory.server.read_text())["url"])
        return f"http://{self.settings.host}:{self.settings.port}"

    @property
    def link_domains(self) -> tuple[str, ...]:
        """Hosts that links of ours may lead to: those of the settings, and this server's own."""
        own = urlsplit(self.base_url).hostname
        return (*self.settings.link_domains, *((own,) if own else ()))

    @cached_property
    def deliverer(self) -> "Deliverer":
        from percorso.execution.gate import GateRules
        from percorso.execution.render import Letterhead
        from percorso.model.consent import permissions
        from percorso.pipeline.deliver import Deliverer

        facts = self.facts
        return Deliverer(
            outbox=self.outbox,
            people=self.people,
            channels=self.channels,
            config=self.config,
            rules=GateRules(
                zone=facts.zone,
                permissions=permissions(self.config.purposes, facts.default_consent),
                quiet_from=facts.quiet[0],
                quiet_until=facts.quiet[1],
            ),
            letterhead=Letterhead(company=facts.name, language=facts.language, base_url=self.base_url),
            secret=facts.secret,
            clock=self.clock,
        )
