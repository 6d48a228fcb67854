"""What a decision is given and what it comes to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.ledger.domain import LedgerError, LedgerEvent, instant_text


@dataclass(frozen=True, slots=True)
class Moment:
    """When a decision is made, and where fresh transfer ids come from."""

    at: datetime
    now: str
    """`at` as RFC 3339."""
    new_id: Callable[[], str]

    @classmethod
    def of(cls, at: datetime, new_id: Callable[[], str]) -> "Moment":
        return cls(at, instant_text(at), new_id)


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens. `about` is what the answer shows: an account number, a transfer id, or a part of the book."""

    about: str
    events: tuple[LedgerEvent, ...] = ()
    refusal: LedgerError | None = None
    """Refused, and the events stand all the same: an acceptance that ended its transfer."""


FEE_RULES = "fee-rules"
POLICY = "policy"
"""What `Decision.about` says when it is the book's."""
