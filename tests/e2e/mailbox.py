"""Reading the mail that the running system sent: each is a file, as the development mail box stores it."""

import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from tests.waiting import wait_until


class Mailbox:
    """The mails in a folder of .eml files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, EmailMessage] = {}

    def mails(self, recipient: str, about: str = "") -> list[EmailMessage]:
        """Mails to `recipient` whose subject or text contains `about`, oldest first."""
        found = []
        for path in sorted(self._folder.glob("**/*.eml")):
            mail = self._mail(path)
            if recipient in str(mail["to"]) and about.lower() in f"{mail['subject']}\n{text_of(mail)}".lower():
                found.append(mail)
        return found

    def _mail(self, path: Path) -> EmailMessage:
        """Read once: who waits looks fifty times a second, and a mail is whole as soon as it has its name."""
        if path not in self._read:
            self._read[path] = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(path.read_bytes())
        return self._read[path]

    def wait_for(self, recipient: str, about: str, count: int = 1) -> EmailMessage:
        """The newest of at least `count` such mails, as soon as they are there."""

        def arrived() -> list[EmailMessage]:
            found = self.mails(recipient, about)
            return found if len(found) >= count else []

        arrived.__name__ = f"mail to {recipient} about {about!r}"
        return wait_until(arrived, seconds=60)[-1]


def text_of(mail: EmailMessage) -> str:
    """The plain-text part."""
    part = mail.get_body(("plain",))
    assert part is not None, "a mail without a plain-text part"
    return str(part.get_content())


def link_in(mail: EmailMessage, path: str) -> str:
    """The first link in the plain text whose path starts with `path`."""
    found = re.search(rf"https?://\S+?{re.escape(path)}\S*", text_of(mail))
    assert found, f"no link to {path} in:\n{text_of(mail)}"
    return found.group(0)
