"""Command to events: pure decisions over a `Book`, one function for each command."""

from collections.abc import Callable
from typing import Any

from services.ledger.decisions import accounts, administration, transfers
from services.ledger.decisions.deciding import FEE_RULES, POLICY, Decision, Moment
from services.ledger.domain import (
    AcceptTransfer,
    AdminTransfer,
    Authority,
    Book,
    CancelTransfer,
    ExpireTransfer,
    InitiateTransfer,
    OpenAccount,
    RejectTransfer,
    RemindOfTransfer,
    ReverseTransfer,
    SetConsent,
    SetFeeRules,
    SetLimits,
    SetPolicy,
    SetStanding,
    Single,
)

__all__ = ["FEE_RULES", "POLICY", "Decision", "Moment", "decide"]


def decide(book: Book, command: Single, authority: Authority, moment: Moment) -> Decision:
    """The events that `command` causes. Raises LedgerError when nothing happens; never changes `book`."""
    return _DECISIONS[type(command)](book, command, authority, moment)


_DECISIONS: dict[type, Callable[[Book, Any, Authority, Moment], Decision]] = {
    OpenAccount: accounts.open_account,
    SetLimits: accounts.set_limits,
    SetStanding: accounts.set_standing,
    SetConsent: accounts.set_consent,
    SetFeeRules: accounts.set_fee_rules,
    SetPolicy: accounts.set_policy,
    InitiateTransfer: transfers.initiate,
    AcceptTransfer: transfers.accept,
    RejectTransfer: transfers.reject,
    CancelTransfer: transfers.cancel,
    ExpireTransfer: transfers.expire,
    RemindOfTransfer: transfers.remind,
    AdminTransfer: administration.transfer,
    ReverseTransfer: administration.reverse,
}
