"""Accounts, transfers and rules as the HTTP interface shows them (docs/internal-api.md). Minor units."""

from collections.abc import Iterable
from typing import Any

from events.ledger import FeeRule
from services.ledger.domain import Account, Policy, Transfer
from services.ledger.findings import AccountThen, Change


def account_view(account: Account) -> dict[str, Any]:
    """An account with its headroom both ways."""
    return {
        "account": account.account,
        "entity_id": account.entity_id,
        "balance": account.balance,
        "max_negative": account.max_negative,
        "max_positive": account.max_positive,
        "standing": account.standing,
        "closing": account.closing,
        "outside_limits": account.is_outside,
        "can_pay": account.can_pay,
        "can_receive": account.can_receive,
        "version": account.version,
    }


def consent_view(account: Account) -> dict[str, Any]:
    """What an account lets complete at once: for those who act for it."""
    rules = (
        {"party": rule.party, "direction": rule.direction, "max_amount": rule.max_amount} for rule in account.consent
    )
    return {"consent": list(rules)}


def transfer_view(transfer: Transfer) -> dict[str, Any]:
    """A transfer and what became of it. That a consent was used is told, its limits are its owner's business."""
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
        "legs": [{"account": leg.account, "amount": leg.amount} for leg in transfer.legs],
        "description": transfer.description,
        "reference": transfer.reference,
        "status": transfer.status,
        "initiated_at": transfer.initiated_at,
        "expires_at": transfer.expires_at,
        "ended_at": transfer.ended_at,
        "accepted_by": transfer.accepted_by,
        "by_consent": transfer.consent is not None,
        "cancellation": cancellation,
        "reverses": transfer.reverses,
        "reversed_by": transfer.reversed_by,
        "version": transfer.version,
    }


def fee_rules_view(rules: Iterable[FeeRule]) -> dict[str, Any]:
    """What transfers cost."""
    return {
        "rules": [
            {"account": rule.account, "side": rule.side, "fixed": rule.fixed, "basis_points": rule.basis_points}
            for rule in rules
        ]
    }


def policy_view(policy: Policy) -> dict[str, Any]:
    """The settings of the book."""
    return {name: getattr(policy, name) for name in Policy.__slots__}


def levelled_view(account: Account, policy: Policy) -> dict[str, Any]:
    """An account, and where its balance stands between the limits: ok, warning or outside."""
    return account_view(account) | {"level": account.level(policy.warning_percent)}


def near_limit_view(account: Account, policy: Policy) -> dict[str, Any]:
    """The same with the share of the limit that is used; null when that limit is zero."""
    return levelled_view(account, policy) | {"used_percent": account.used_percent}


def account_then_view(account: AccountThen) -> dict[str, Any]:
    """An account as it was."""
    return {
        "account": account.account,
        "balance": account.balance,
        "max_negative": account.max_negative,
        "max_positive": account.max_positive,
        "standing": account.standing,
    }


def change_view(change: Change, *, with_actor: bool) -> dict[str, Any]:
    """A line of a history. Who did it is for administrators and auditors."""
    actor = {"actor": change.actor} if with_actor else {}
    return {**change.data, "position": change.position, "time": change.time, "type": change.type, **actor}
