"""Mail by SendGrid's API (v3, POST /v3/mail/send) instead of SMTP, when there is a key.

Mails that say the same in the same words go in one request, a personalization each. The message's id goes as a custom
argument, which their events bring back, and in the Message-ID.
"""

import http.client
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import orjson

from services.notifier.smtp import NotNow, Refused, ServerAway

MESSAGE_ID = "mccs_message_id"
_PATH = "/v3/mail/send"
_SECONDS = 8
_MOST_IN_A_REQUEST = 1000
_PASSED_ON = ("Message-ID", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post")
"""Headers that SendGrid has no field of its own for."""
_THE_KEY_IS_WRONG = (401, 403)
_TOO_MANY = 429
_ANSWER_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose API, and where it is."""

    key: str = field(repr=False)
    url: str = "https://api.sendgrid.com"
    """Theirs in the EU: https://api.eu.sendgrid.com."""


class SendGrid:
    """One connection, kept while it answers. Not for several threads."""

    def __init__(self, account: Account) -> None:
        self._account, self._connection = account, _connection(account.url)

    def ready(self) -> None:
        """Connect, for the next mails: a connection that idled may be closed at the other end. Raises ServerAway."""
        self.close()
        try:
            self._connection.connect()
        except OSError as error:
            self.close()
            raise ServerAway(type(error).__name__) from error

    def parcels(self, mails: Sequence[EmailMessage]) -> Sequence[Sequence[int]]:
        """Positions of the mails that say the same, but each address once a request."""
        parcels: dict[bytes, list[list[int]]] = {}
        for position, mail in enumerate(mails):
            alike = parcels.setdefault(orjson.dumps(_content(mail)), [])
            for parcel in alike:
                if len(parcel) < _MOST_IN_A_REQUEST and _address(mail) not in {_address(mails[one]) for one in parcel}:
                    parcel.append(position)
                    break
            else:
                alike.append([position])
        return [parcel for alike in parcels.values() for parcel in alike]

    def send(self, mails: Sequence[EmailMessage]) -> None:
        """Hand over mails that say the same. Raises NotNow, Refused for all; ServerAway when none can be sent now."""
        if self._connection.sock is None:
            self.ready()
        status, wait = self._posted(
            orjson.dumps(_content(mails[0]) | {"personalizations": [_part(each) for each in mails]})
        )
        if status == http.HTTPStatus.ACCEPTED:
            return
        if status in _THE_KEY_IS_WRONG or status == _TOO_MANY:
            # Not this mail's fault: it, and all others, wait without a try.
            raise ServerAway(str(status), wait)
        raise Refused(str(status)) if 400 <= status < 500 else NotNow(str(status))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _posted(self, body: bytes) -> tuple[int, float]:
        """The status of the answer, and how many seconds it asks to wait."""
        headers = {"Authorization": f"Bearer {self._account.key}", "Content-Type": "application/json"}
        try:
            self._connection.request("POST", _prefix(self._account.url) + _PATH, body, headers)
            answer = self._connection.getresponse()
            # The text may quote the address: the status alone is kept.
            if len(answer.read(_ANSWER_BYTES)) == _ANSWER_BYTES:
                self.close()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NotNow(type(error).__name__) from error
        return answer.status, _seconds(answer.getheader("Retry-After", ""))


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(parts.netloc, timeout=_SECONDS, context=context)
    return http.client.HTTPConnection(parts.netloc, timeout=_SECONDS)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0.0


def _prefix(url: str) -> str:
    return urlsplit(url).path.rstrip("/")


def _content(mail: EmailMessage) -> dict[str, Any]:
    """What all mails of a request share."""
    content: dict[str, Any] = {
        "from": _who(mail["From"]),
        "subject": str(mail["Subject"]),
        "content": [{"type": kind, "value": _text(mail, part)} for kind, part in _PARTS.items()],
        # Links of ours are one-time secrets: they go to us, not by way of somebody who counts clicks.
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
        },
    }
    return content | ({"reply_to": _who(mail["Reply-To"])} if mail["Reply-To"] else {})


_PARTS: Mapping[str, str] = {"text/plain": "plain", "text/html": "html"}
"""In the order that they ask for."""


def _part(mail: EmailMessage) -> dict[str, Any]:
    """What is one mail's own."""
    return {
        "to": [_who(mail["To"])],
        "headers": {name: str(mail[name]) for name in _PASSED_ON if mail[name]},
        "custom_args": {MESSAGE_ID: str(mail["Message-ID"]).strip("<>").partition("@")[0]},
    }


def _who(header: Any) -> dict[str, str]:
    address = header.addresses[0]
    named = {"name": address.display_name} if address.display_name else {}
    return {"email": address.addr_spec} | named


def _address(mail: EmailMessage) -> str:
    return str(mail["To"].addresses[0].addr_spec).lower()


def _text(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
