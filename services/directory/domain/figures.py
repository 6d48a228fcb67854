"""What the ledger's news say of accounts: balance, limits, standing. Pure.

Every piece of news gives the value after it, never a difference: the last one counts, and a repeat changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from events.envelope import Event
from events.ledger import AccountLimitsChanged, AccountOpened, AccountStandingChanged, TransferCompleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An entity's account as of `position` of `ledger.events`; amounts in the smallest unit."""

    balance: int = 0
    max_negative: int | None = None
    max_positive: int | None = None
    standing: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class AccountNews:
    """The fields of an account's Figures that changed, and the position of the last change."""

    account: str
    position: int
    changed: Mapping[str, Any]


def folded_news(events: Iterable[tuple[int, Event]]) -> list[AccountNews]:
    """One piece of news per account from the events of a batch, in their order: the last value of each field."""
    known: dict[str, AccountNews] = {}
    for position, event in events:
        for account, changed in _changes(event):
            before = known[account].changed if account in known else {}
            known[account] = AccountNews(account, position, {**before, **changed})
    return list(known.values())


def _changes(event: Event) -> Iterable[tuple[str, dict[str, Any]]]:
    match event:
        case AccountOpened():
            limits = {"max_negative": event.max_negative, "max_positive": event.max_positive}
            yield event.account, {"balance": 0, "standing": event.standing, **limits}
        case AccountLimitsChanged():
            yield event.account, {"max_negative": event.max_negative, "max_positive": event.max_positive}
        case AccountStandingChanged():
            yield event.account, {"standing": event.standing}
        case TransferCompleted():
            for entry in event.entries:
                yield entry.account, {"balance": entry.balance}
