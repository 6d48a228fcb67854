"""Mail on disk: one .eml file each, newest last by name."""

import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from deploy.native.files import write_bytes_atomically

MESSAGE_ID = re.compile(r"\d{19}-[0-9a-f]{8}")
RECIPIENT_HEADER = b"X-Envelope-To"
LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


@dataclass(frozen=True, slots=True)
class Mail:
    """A stored mail, as the page and the tests want it."""

    id: str
    received_at: datetime
    sender: str
    # Of the envelope: the people it really went to, whatever the To header says.
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]

    @property
    def links(self) -> list[str]:
        """Addresses in the plain-text part."""
        return LINK.findall(self.text)

    def as_json(self) -> dict[str, object]:
        """The form in which tests read it."""
        return {
            "id": self.id,
            "received_at": self.received_at.isoformat(),
            "from": self.sender,
            "to": list(self.recipients),
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "links": self.links,
            "headers": [list(header) for header in self.headers],
        }


class MailStore:
    """A folder of mail."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def add(self, content: bytes, recipients: Sequence[str]) -> str:
        """Keep a mail for these recipients of its envelope; whole or not at all."""
        message_id = f"{time.time_ns():019d}-{secrets.token_hex(4)}"
        envelope = RECIPIENT_HEADER + b": " + ", ".join(recipients).encode() + b"\r\n"
        write_bytes_atomically(self._path(message_id), envelope + content)
        return message_id

    def list(self, *, to: str = "") -> list[Mail]:
        """All mail, newest first; only that to one recipient if given."""
        wanted = to.strip().lower()
        names = sorted((path.stem for path in self._directory.glob("*.eml")), reverse=True)
        mails = (self.get(name) for name in names if MESSAGE_ID.fullmatch(name))
        return [mail for mail in mails if not wanted or wanted in map(str.lower, mail.recipients)]

    def get(self, message_id: str) -> Mail:
        """One mail. Raises KeyError."""
        message = message_from_bytes(self.raw(message_id), policy=policy.default)
        headers = tuple((name, str(value)) for name, value in message.items())
        recipients = str(message[RECIPIENT_HEADER.decode()] or "")
        return Mail(
            id=message_id,
            received_at=datetime.fromtimestamp(int(message_id.partition("-")[0]) / 1e9, UTC),
            sender=str(message["From"] or ""),
            recipients=tuple(name for name in recipients.split(", ") if name),
            subject=str(message["Subject"] or ""),
            text=_part(message, "plain"),
            html=_part(message, "html"),
            headers=headers[1:],
        )

    def raw(self, message_id: str) -> bytes:
        """The file of a mail. Raises KeyError."""
        if not MESSAGE_ID.fullmatch(message_id):
            raise KeyError(message_id)
        try:
            return self._path(message_id).read_bytes()
        except FileNotFoundError:
            raise KeyError(message_id) from None

    def _path(self, message_id: str) -> Path:
        return self._directory / f"{message_id}.eml"


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    if body is None:
        return ""
    try:
        return str(body.get_content())
    except (LookupError, UnicodeError):  # an unknown character set
        content = body.get_payload(decode=True)
        return content.decode(errors="replace") if isinstance(content, bytes) else ""
