"""Accounts and transfers as the HTTP interface shows them (docs/internal-api.md)."""

from typing import Any

from services.ledger.domain import Account, Transfer


def account_view(account: Account) -> dict[str, Any]:
    """An account with its headroom both ways; minor units."""
    return {
        "account": account.account,
        "entity_id": account.entity_id,
        "balance": account.balance,
        "max_negative": account.max_negative,
        "max_positive": account.max_positive,
        "standing": account.standing,
        "can_pay": account.can_pay,
        "can_receive": account.can_receive,
        "version": account.version,
    }


def transfer_view(transfer: Transfer) -> dict[str, Any]:
    """A transfer and what became of it; minor units."""
    why = transfer.cancellation
    cancellation = {"kind": why.kind, "code": why.code, "reason": why.reason, "by": why.by} if why else None
    return {
        "transfer_id": transfer.transfer_id,
        "kind": transfer.kind,
        "direction": transfer.direction,
        "initiator": transfer.initiator,
        "payer": transfer.payer,
        "payee": transfer.payee,
        "amount": transfer.amount,
        "description": transfer.description,
        "reference": transfer.reference,
        "status": transfer.status,
        "initiated_at": transfer.initiated_at,
        "ended_at": transfer.ended_at,
        "cancellation": cancellation,
        "version": transfer.version,
    }
