"""A real SMTP server in a thread, that refuses, greylists, dawdles, hangs up or goes away as a test tells it."""

import asyncio
import socket
import threading
from collections import deque
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Desk:
    """Takes mails. Each scripted answer is given once, to the next recipient; then everything is accepted."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: deque[str] = deque()
        self.asked = 0
        self.connections = 0
        self.when_answered: Callable[[], None] | None = None
        """Called before a recipient is answered."""
        self.dawdling = threading.Event()
        """While it is set, a mail is taken but the sender isn't told."""
        self.holding = threading.Event()
        """Set once a mail was taken whose sender isn't told."""
        self.held = 0
        """Mails whose senders aren't told yet: of each connection one."""
        self.hang_ups: deque[str] = deque()
        """The connections of the next mails are cut: `amid` before the mail is whole, `after` it was taken."""

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 -- aiosmtpd's name
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 -- aiosmtpd's name
        self.asked += 1
        if self.when_answered:
            self.when_answered()
        if self.answers:
            return self.answers.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.hang_ups:
            self.hang_ups.popleft()
            server.transport.abort()
        self.held += 1
        try:
            while self.dawdling.is_set():
                self.holding.set()
                await asyncio.sleep(0.01)
        finally:
            self.held -= 1
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to `address`."""
        return [mail for mail in self.mails if mail["To"].addresses[0].addr_spec == address]


class _Line(SMTP):
    """One connection."""

    async def smtp_DATA(self, arg):  # noqa: N802 -- aiosmtpd's name
        desk = self.event_handler
        if not desk.hang_ups or desk.hang_ups[0] != "amid":
            await super().smtp_DATA(arg)
            return
        desk.hang_ups.popleft()
        await self.push("354 go on")
        await self._reader.readline()
        self.transport.abort()


class _Lines(Controller):
    def factory(self) -> _Line:
        return _Line(self.handler, **self.SMTP_kwargs)


class MailServer:
    """Starts, goes away and comes back at the same port."""

    def __init__(self, desk: Desk | None = None) -> None:
        self.desk = desk or Desk()
        self.port = free_port()
        self._controller: Controller | None = None

    def start(self) -> None:
        self.stop()
        self._controller = _Lines(self.desk, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def refuse_connections(self) -> None:
        """Take no new ones from now on. Called by the desk."""
        self._controller.server.close()

    def stop(self) -> None:
        self.desk.dawdling.clear()
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
