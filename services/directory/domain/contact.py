"""Mail from one business to another whose address is hidden: who may, how often. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.directory.domain.errors import ContactNotAccepted, ContactSwitchedOff, FieldsInvalid, UnknownEntity
from services.directory.domain.values import Entity

BODY_MAX = 2_000
LIFETIME = timedelta(days=3)
"""A mail that could not be sent for so long is not sent any more."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` within `span` by one user, by one business, from one to another, or to one business."""

    of: str
    most: int
    span: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLimits:
    """How many messages may be written: the operator's settings. Each at least 1."""

    per_hour: int = 10
    """By one user, and by one business."""
    per_day: int = 30
    pair_per_day: int = 3
    """From one business to another."""
    received_per_day: int = 50
    """To one business."""

    def __post_init__(self) -> None:
        # By none at all nobody could write, and the sentence of a refusal would be nonsense.
        if min(self.per_hour, self.per_day, self.pair_per_day, self.received_per_day) < 1:
            raise ValueError("DIRECTORY_CONTACT_... are numbers from 1 on")

    @property
    def all(self) -> Sequence[Limit]:
        """In the order in which they are told."""
        return (
            Limit("user", self.per_hour, _HOUR),
            Limit("sender", self.per_hour, _HOUR),
            Limit("user", self.per_day, _DAY),
            Limit("sender", self.per_day, _DAY),
            Limit("pair", self.pair_per_day, _DAY),
            Limit("receiver", self.received_per_day, _DAY),
        )


class ContactTooOften(Exception):
    """A limit is reached; `retry_after` seconds are left. Not a rule of the network but of the moment."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def check(sender: Entity, receiver: Entity | None) -> Entity:
    """The receiver, if the one may write to the other.

    Raises ContactNotAccepted, ContactSwitchedOff, FieldsInvalid, UnknownEntity.
    """
    if not sender.listed:
        raise ContactNotAccepted("Your business can write to others once it is accepted.")
    if receiver is None or not receiver.listed:
        raise UnknownEntity("There is no such business.")
    if sender.entity_id == receiver.entity_id:
        raise FieldsInvalid({"receiver": ["That is your own business."]})
    if not receiver.preferences.contact_mail:
        raise ContactSwitchedOff("This business does not take messages from here.")
    return receiver


def check_limit(limit: Limit, sent: Sequence[datetime], now: datetime) -> None:
    """`sent`: the newest ones that count for a limit, newest first, at most `limit.most`. Raises ContactTooOften."""
    if len(sent) >= limit.most and now - sent[-1] < limit.span:
        left = (sent[-1] + limit.span - now).total_seconds()
        whom = {"pair": "to the same business ", "receiver": "to this business "}.get(limit.of, "")
        hours = "an hour" if limit.span == _HOUR else "a day"
        messages = "message" if limit.most == 1 else "messages"
        raise ContactTooOften(f"At most {limit.most} {messages} {whom}{hours}. Try again later.", max(1, round(left)))
