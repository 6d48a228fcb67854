"""What the audit remembers of a book. Amounts are integers of the smallest unit, times RFC 3339 text as in events.

Open proposals are kept as they were read. Of a transfer that ended, one number is kept: its id may not come again, and
a reversal must move back what it moved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

Leg = tuple[str, int]

RuleKey = tuple[str, str, int | None]
"""Party, direction, largest amount of a rule of consent."""

Used = tuple[str, str, str, int | None]
"""Whose consent completed a transfer, and by which rule."""

COMPLETED, REVERSAL, REVERSED, BY_PAYEE = 1, 2, 4, 8
"""Of an ended transfer: completed (else cancelled), is a reversal, was reversed, its payee may give it back."""
_POSITION, _DIGEST = 4, 52
"""Bits: the marks above, then the position of the ending, then a digest of the legs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be: where (0: not at one position), what."""

    position: int
    sentence: str


@dataclass(slots=True)
class AuditedAccount:
    entity_id: str
    balance: int
    max_negative: int
    max_positive: int
    standing: str
    version: int
    closing: bool = False
    consent: tuple[RuleKey, ...] = ()
    open: dict[str, None] = field(default_factory=dict)
    """Ids of proposals that wait for an answer, oldest first."""


class Proposal(NamedTuple):
    """A transfer that waits. `data` is its event's."""

    position: int
    time: str
    data: dict[str, Any]
    legs: list[Leg]
    reminded: int = 0
    """Position of the reminder."""

    @property
    def counterparty(self) -> str:
        """The side that did not propose."""
        data = self.data
        payer: str = data["payer"]
        return payer if data["initiator"] == data["payee"] else data["payee"]

    @property
    def is_asked(self) -> bool:
        """Between members, that is: an administrator's asks nobody."""
        return bool(self.data["kind"] == "transfer")


class Observer(Protocol):
    """Is told of what the fold itself forgets."""

    def changed(self, position: int, event: dict[str, Any]) -> None:
        """An event that is about no transfer."""

    def proposed(self, position: int, proposal: Proposal) -> None:
        """A transfer began."""

    def posted(self, position: int, transfer_id: str, number: str, amount: int, account: AuditedAccount) -> None:
        """An account was moved; limits and balance are those then."""

    def ended(self, position: int, proposal: Proposal, data: dict[str, Any], time: str) -> None:
        """A transfer was completed or cancelled, by an event with this data and time."""

    def reversed(self, position: int, original: str, ended_at: int, reversal: str) -> None:
        """A transfer that ended at a position is moved back."""


def ended_as(position: int, legs: Sequence[Leg], marks: int) -> int:
    """What is kept of a transfer that ended at `position`."""
    return digest_of(legs) << _DIGEST | position << _POSITION | marks


def marks_of(ended: int) -> int:
    return ended & (1 << _POSITION) - 1


def position_of(ended: int) -> int:
    return ended >> _POSITION & (1 << _DIGEST - _POSITION) - 1


def moved(ended: int, legs: Sequence[Leg]) -> bool:
    """Whether these are the legs of a transfer that ended."""
    return ended >> _DIGEST == digest_of(legs)


def digest_of(legs: Sequence[Leg]) -> int:
    """One number for legs in any order. Nobody knows which it will be: Python's hash of texts has a secret."""
    if len(legs) == 2 and legs[0][1] == -legs[1][1]:
        (one, amount), (other, received) = legs
        return hash((one, other, received) if received > 0 else (other, one, amount))
    # Never of negative numbers themselves: hash(-1) == hash(-2).
    return hash(" ".join(f"{number}{amount:+}" for number, amount in sorted(legs)))


def rule_key(rule: Mapping[str, Any]) -> RuleKey:
    """A rule of consent, from an event or from a table, to be compared."""
    return rule["party"], rule["direction"], rule.get("max_amount")


def consent_key(consent: Mapping[str, Any] | None) -> Used | None:
    """The consent that completed a transfer, to be compared."""
    return (consent["account"], *rule_key(consent["rule"])) if consent else None


def negated(legs: Iterable[Leg]) -> list[Leg]:
    """What moves these legs back."""
    return [(number, -amount) for number, amount in legs]
