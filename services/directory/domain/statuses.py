"""Which status may follow which, who may decide it, and what it needs: one table. Pure (docs/adr/0014).

What follows from a decision is said by the event alone: the notifier mails (`rules.py` there, a kind for each), the
ledger lets the account trade or freezes it and cancels what is pending.
"""

from collections.abc import Collection
from dataclasses import dataclass
from types import MappingProxyType

from events.directory import Status
from services.directory.domain.errors import FieldsInvalid, StatusDecided, StatusNotAllowed

MEMBER, COORDINATOR, ADMIN = "member", "coordinator", "admin"
DECISIONS_KEPT = 50
"""Of one business; the audit log has all of them."""

_STAFF = frozenset({COORDINATOR, ADMIN})
_ADMIN = frozenset({ADMIN})
_MEMBER = frozenset({MEMBER})


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from one status to another."""

    who: frozenset[str]
    """Roles that may decide it; `member` does so by applying."""
    needs_reason: bool = False
    """The member is told less than hoped for, or loses something: it must be said why."""


TABLE: MappingProxyType[tuple[Status, Status], Transition] = MappingProxyType(
    {
        ("pending", "accepted"): Transition(_STAFF),
        ("pending", "rejected"): Transition(_STAFF, needs_reason=True),
        # Without an application to trade, on paper say: not for who keeps the directory alone.
        ("pending", "tradingAccepted"): Transition(_ADMIN),
        ("rejected", "pending"): Transition(_STAFF),
        ("rejected", "accepted"): Transition(_STAFF),
        ("accepted", "tradingPending"): Transition(_MEMBER),
        ("accepted", "tradingAccepted"): Transition(_ADMIN),
        ("accepted", "rejected"): Transition(_STAFF, needs_reason=True),
        ("tradingPending", "tradingAccepted"): Transition(_STAFF),
        ("tradingPending", "tradingRejected"): Transition(_STAFF, needs_reason=True),
        ("tradingPending", "rejected"): Transition(_STAFF, needs_reason=True),
        ("tradingRejected", "tradingPending"): Transition(_MEMBER),
        ("tradingRejected", "tradingAccepted"): Transition(_ADMIN),
        ("tradingRejected", "rejected"): Transition(_STAFF, needs_reason=True),
        ("tradingAccepted", "accepted"): Transition(_STAFF, needs_reason=True),
        ("tradingAccepted", "rejected"): Transition(_STAFF, needs_reason=True),
    }
)
"""(from, to): every transition that there is."""

MAY_APPLY: frozenset[str] = frozenset(before for (before, _), way in TABLE.items() if way.who == _MEMBER)
"""Who may ask to become a trading member: also who was refused before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusDecision:
    """A change of a business's status, as its history keeps it."""

    previous: Status
    status: Status
    at: str
    by: str
    """The actor, `admin:<id>`; members are not told which administrator it was."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A business's last application to trade: who agreed, when, and to which version of the terms."""

    user_id: str
    at: str
    terms_version: str = ""


def next_statuses(status: Status, roles: Collection[str]) -> dict[str, bool]:
    """Where `roles` may take a business from `status`, and whether that needs a reason."""
    return {
        after: way.needs_reason for (before, after), way in TABLE.items() if before == status and way.who & set(roles)
    }


def check(before: Status, after: Status, *, role: str, reason: str, expected: Status | None = None) -> None:
    """Whether a decision may be taken. Raises StatusDecided, StatusNotAllowed, FieldsInvalid.

    `expected` is the status that whoever decides has seen: if it is another one now, somebody else was first.
    """
    if expected not in (None, before):
        raise StatusDecided(f"Somebody decided meanwhile: the status is {before} now, not {expected}. Look again.")
    way = TABLE.get((before, after))
    if way is None or role not in way.who:
        raise StatusNotAllowed(_possible(before, after, role))
    if way.needs_reason and not reason:
        raise FieldsInvalid({"reason": ["The member reads why: give a reason."]})


def _possible(before: Status, after: Status, role: str) -> str:
    ways = " or ".join(next_statuses(before, [role]))
    possible = f"possible for you: {ways}" if ways else "there is nothing that you can change it to"
    return f"From {before} to {after} is not allowed; {possible}."
