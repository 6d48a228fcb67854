"""The mail server, spoken to by SMTP. Tells apart: the server is away, not now (4xx), no (5xx)."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

_SECONDS = 8
"""For each step; a stop must not take ten."""
_CLOSING = 421


class ServerAway(Exception):
    """No mail can be sent at present, whichever: not the message's fault. `seconds`: it asked to wait that long."""

    def __init__(self, reason: str, seconds: float = 0) -> None:
        super().__init__(reason)
        self.seconds = seconds


class NotNow(Exception):
    """The server refused this mail for the moment, or went away while it was handed over."""


class PutOff(NotNow):
    """The server asked to come again later with this mail (4xx): its recipient's domain may want fewer."""


class Refused(Exception):
    """The server refused this mail for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail is handed in."""

    host: str
    port: int
    tls: bool = False
    """STARTTLS; a server that doesn't offer it is not used."""
    implicit_tls: bool = False
    """TLS from the first byte (port 465)."""
    ca_file: str = ""
    """PEM file of the authorities that may vouch for the server; empty: the system's."""
    user: str = ""
    password: str | None = None


class Mailer:
    """One connection, opened when it is needed and kept while it answers. Not for several threads."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def ready(self) -> None:
        """Make sure that the server answers, before messages are claimed. Raises ServerAway."""
        if self._connection is not None and self._answers(self._connection):
            return
        self.close()
        try:
            self._connection = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAway(type(error).__name__) from error

    def parcels(self, mails: Sequence[EmailMessage]) -> Sequence[Sequence[int]]:
        """Positions of the mails that are handed over together: by SMTP each alone, over one connection."""
        return [[position] for position in range(len(mails))]

    def send(self, mails: Sequence[EmailMessage]) -> None:
        """Hand over mails, each to its one recipient. Raises NotNow, Refused, ServerAway."""
        if self._connection is None:
            self.ready()
        for mail in mails:
            self._send(mail)

    def _send(self, mail: EmailMessage) -> None:
        if self._connection is None:
            raise NotNow("not connected")
        try:
            self._connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, _ = next(iter(error.recipients.values()))
            raise self._refusal(code) from error
        except smtplib.SMTPResponseException as error:
            raise self._refusal(error.smtp_code) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused("the server can't write to such an address") from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise NotNow(type(error).__name__) from error

    def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=server.ca_file or None)
        connection = (
            smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
            if server.implicit_tls
            else smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
        )
        try:
            if server.tls and not server.implicit_tls:
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection

    def _refusal(self, code: int) -> Exception:
        # The server's text may quote the address: the code alone is kept.
        if code == _CLOSING:
            self.close()
            return NotNow(str(code))
        return Refused(str(code)) if 500 <= code < 600 else PutOff(str(code))

    @staticmethod
    def _answers(connection: smtplib.SMTP) -> bool:
        try:
            code, _ = connection.noop()
        except (OSError, smtplib.SMTPException):
            return False
        return code < 400
