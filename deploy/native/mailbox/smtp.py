"""The mailbox over SMTP."""

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.native.mailbox.store import MailStore


class Keeper:
    """Takes every mail that a client delivers."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd calls it by this name
        """Answer 250 only when the mail is on disk."""
        content = envelope.original_content or b""
        try:
            self._store.add(content, envelope.rcpt_tos)
        except OSError as error:
            return f"451 the mailbox cannot write: {error.strerror}"
        return "250 kept"


def smtp_server(port: int, store: MailStore) -> Controller:
    """A server that runs in a thread of its own once started."""
    return Controller(Keeper(store), hostname="127.0.0.1", port=port, ready_timeout=20)
