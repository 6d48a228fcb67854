"""What the audit remembers of a book. Amounts are integers of the smallest unit, times RFC 3339 text as in events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Leg = tuple[str, int]

RuleKey = tuple[str, str, int | None]
"""Party, direction, largest amount of a rule of consent."""

Used = tuple[str, str, str, int | None]
"""Whose consent completed a transfer, and by which rule."""


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


@dataclass(slots=True)
class AuditedTransfer:
    """`proposal` and `ending` are digests of what the row tells and no later event needs: texts and times."""

    kind: str
    direction: str
    initiator: str
    payer: str
    payee: str
    amount: int
    legs: tuple[Leg, ...]
    position: int
    proposal: int
    version: int
    status: str = "initiated"
    expires_at: str | None = None
    reverses: str | None = None
    reminded: bool = False
    reversed_by: str | None = None
    ending: int = 0

    @property
    def counterparty(self) -> str:
        """The side that did not propose."""
        return self.payer if self.initiator == self.payee else self.payee


def digest(entries: Iterable[tuple[object, ...]]) -> int:
    """One number for the rows of a position, in any order."""
    combined = 0
    for entry in entries:
        combined ^= hash(entry)
    return combined


def rule_key(rule: Mapping[str, Any]) -> RuleKey:
    """A rule of consent, from an event or from a table, to be compared."""
    return rule["party"], rule["direction"], rule.get("max_amount")


def consent_key(consent: Mapping[str, Any] | None) -> Used | None:
    """The consent that completed a transfer, to be compared."""
    return (consent["account"], *rule_key(consent["rule"])) if consent else None
