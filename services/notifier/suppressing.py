"""Addresses that are not written to any more: who bounced, complained or unsubscribed. Pure.

An address is kept as a digest, with why and since when: enough to compare, too little to write to somebody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from services.notifier.unsubscribing import digest_of

Reason = Literal["bounce", "spam", "unsubscribe", "asked"]
"""`asked`: by a link in a mail of ours (`unsubscribing`)."""

_REASON_OF: Mapping[str, Reason] = {
    "bounce": "bounce",
    "dropped": "bounce",
    "spamreport": "spam",
    "unsubscribe": "unsubscribe",
    "group_unsubscribe": "unsubscribe",
}
_DROPPED_FOR: Mapping[str, Reason] = {"Unsubscribed Address": "unsubscribe", "Spam Reporting Address": "spam"}
_NOT_OF_THE_ADDRESS = ("Invalid SMTPAPI header", "Spam Content", "Recipient List over Package Quota")
"""Why a mail may be dropped that says nothing of its recipient."""
_LONGEST_ADDRESS = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """An address that is not written to."""

    digest: str
    reason: Reason
    at: datetime


def suppressed_by(events: Iterable[Any], now: datetime) -> list[Suppressed]:
    """What events of SendGrid say of addresses; what makes no sense, and what passes by itself, is left out."""
    found = []
    for event in events:
        address = event.get("email") if isinstance(event, Mapping) else None
        reason = _reason(event) if isinstance(address, str) and 0 < len(address) <= _LONGEST_ADDRESS else None
        if reason:
            found.append(Suppressed(digest=digest_of(str(address)), reason=reason, at=_time(event, now)))
    return found


def stops(reason: Reason, *, one_time: bool) -> bool:
    """Whether a message is not sent: who unsubscribed still gets the links and security mails they asked for."""
    return reason in ("bounce", "spam") or (reason == "unsubscribe" and not one_time)


def _reason(event: Mapping[str, Any]) -> Reason | None:
    kind, why = event.get("event"), event.get("reason")
    # A block is for the moment: the address is good.
    if kind == "bounce" and event.get("type") == "blocked":
        return None
    if kind == "dropped" and isinstance(why, str):
        return None if why in _NOT_OF_THE_ADDRESS else _DROPPED_FOR.get(why, "bounce")
    return _REASON_OF.get(kind) if isinstance(kind, str) else None


def _time(event: Mapping[str, Any], now: datetime) -> datetime:
    at = event.get("timestamp")
    known = isinstance(at, int) and not isinstance(at, bool) and 0 < at <= now.timestamp()
    return datetime.fromtimestamp(at, UTC) if known and isinstance(at, int) else now
