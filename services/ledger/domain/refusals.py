"""Why a command may be refused. `docs/ledger.md` lists the codes in their order of precedence."""

from typing import Any, ClassVar


class LedgerError(Exception):
    """A command that the rules refuse. `extra` are members of the answer beside the sentence."""

    code: ClassVar[str]

    def __init__(self, sentence: str, *, errors: dict[str, list[str]] | None = None, **extra: Any) -> None:
        super().__init__(sentence)
        self.errors, self.extra = errors, extra


class MalformedCommand(LedgerError):
    code = "request.invalid"


class UnknownAccount(LedgerError):
    code = "account.unknown"


class SameAccount(LedgerError):
    code = "transfer.same_account"


class NotAuthorised(LedgerError):
    code = "auth.forbidden"


class AmountNotAllowed(LedgerError):
    """More than an operator may move for the account in one transfer; `most` says how much."""

    code = "account.amount_not_allowed"


class AccountNotTrading(LedgerError):
    code = "account.not_trading"


class FeeExceedsAmount(LedgerError):
    """Nothing would be left for the payee."""

    code = "transfer.fee_exceeds_amount"


class LimitExceeded(LedgerError):
    code = "transfer.limit_exceeded"


class CounterpartyLimit(LedgerError):
    """The other side has no room; by how much is not the caller's business."""

    code = "transfer.counterparty_limit"


class FeeAccountUnavailable(LedgerError):
    """An account that fees go to can't take them: frozen, closed, or at its limit."""

    code = "transfer.fee_account"


class UnknownTransfer(LedgerError):
    code = "transfer.unknown"


class TransferNotYours(LedgerError):
    code = "transfer.not_yours"


class TransferAlreadyClosed(LedgerError):
    code = "transfer.already_closed"


class TransferNotCompleted(LedgerError):
    """Only what has moved balances can be reversed."""

    code = "transfer.not_completed"


class TransferNotReversible(LedgerError):
    """A reversal is not reversed again: make a new transfer."""

    code = "transfer.not_reversible"


class TransferAlreadyReversed(LedgerError):
    code = "transfer.already_reversed"


class CancelledBySystem(LedgerError):
    """The acceptance was refused and ended the transfer: the one refusal that leaves an event."""

    code = "transfer.cancelled_by_system"


class BatchRefused(LedgerError):
    """One command of an atomic batch was refused, so none happened."""

    code = "batch.refused"


class KeyReused(LedgerError):
    code = "idempotency.key_reused"
