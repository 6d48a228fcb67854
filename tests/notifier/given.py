"""Events of a small network, with one line each."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from events import directory, ledger
from services.notifier.domain import Transfer
from services.notifier.limits import WARNING_PERCENT, Limits
from tests.factories import an_account_number

NEVER = "2999-12-22T12:15:00.000000Z"
"""When proposals of tests expire, if they don't say otherwise."""


def an_entity(**changed: Any) -> directory.EntityRegistered:
    """A registered entity; `name`, `email`, `city` … go into its profile."""
    profile = {"name": "Green Farm", "email": f"{uuid.uuid4().hex}@farm.test"}
    profile |= {name: changed.pop(name) for name in list(changed) if name in directory.Profile.__slots__}
    values: dict[str, Any] = {
        "entity_id": str(uuid.uuid4()),
        "account": an_account_number(),
        "status": "pending",
        "offers": [],
        "wants": [],
        "categories": [],
    }
    return directory.EntityRegistered(profile=directory.Profile(**profile), **values | changed)


def a_user(kind: directory.UserKind = "member", **changed: Any) -> directory.UserRegistered:
    user_id = str(uuid.uuid4())
    values = {"user_id": user_id, "email": f"{user_id}@person.test", "first_name": "Ada", "last_name": "Lane"}
    return directory.UserRegistered(kind=kind, **values | changed)


def a_transfer(initiator: str, other: str, **changed: Any) -> ledger.TransferInitiated:
    """`initiator` pays `other` 25.00, or asks it for that with direction="request"."""
    direction = changed.get("direction", "pay")
    payer, payee = (initiator, other) if direction == "pay" else (other, initiator)
    amount = changed.get("amount", 2500)
    values: dict[str, Any] = {
        "transfer_id": str(uuid.uuid4()),
        "kind": "transfer",
        "direction": direction,
        "initiator": initiator,
        "payer": payer,
        "payee": payee,
        "amount": amount,
        "legs": [ledger.Leg(account=payer, amount=-amount), ledger.Leg(account=payee, amount=amount)],
        "description": "",
        "expires_at": NEVER,
    }
    return ledger.TransferInitiated(**values | changed)


def an_admin_transfer(*legs: tuple[str, int], **changed: Any) -> ledger.TransferInitiated:
    """An administrator's transfer (kind="reversal": a reversal) of these signed amounts."""
    paid = [ledger.Leg(account=account, amount=amount) for account, amount in legs]
    values: dict[str, Any] = {
        "kind": "admin",
        "legs": paid,
        "amount": sum(leg.amount for leg in paid if leg.amount > 0),
        "expires_at": None,
        "description": "as agreed",
    }
    payer = next(leg.account for leg in paid if leg.amount < 0)
    payee = next(leg.account for leg in paid if leg.amount > 0)
    initiator = changed.pop("initiator", "")
    return replace(a_transfer(payer, payee, **values | changed), initiator=initiator)


def by_consent(transfer: ledger.TransferInitiated) -> ledger.TransferCompleted:
    """Completed at once: the other side's standing consent covers it."""
    other = transfer.payee if transfer.initiator == transfer.payer else transfer.payer
    rule = ledger.ConsentRule(party=transfer.initiator, direction=transfer.direction, max_amount=10_000)
    return completed(transfer, accepted_by=None, consent=ledger.Consent(account=other, rule=rule))


def expiring(transfer: ledger.TransferInitiated) -> ledger.TransferExpiring:
    return ledger.TransferExpiring(transfer_id=transfer.transfer_id, expires_at=transfer.expires_at or NEVER)


def completed(transfer: ledger.TransferInitiated, **changed: Any) -> ledger.TransferCompleted:
    other = transfer.payee if transfer.initiator == transfer.payer else transfer.payer
    entries = [ledger.Entry(account=leg.account, amount=leg.amount, balance=leg.amount) for leg in transfer.legs]
    values: dict[str, Any] = {
        "transfer_id": transfer.transfer_id,
        "entries": entries,
        "effective_at": "2026-01-01T00:00:00.000000Z",
        "accepted_by": other,
    }
    return ledger.TransferCompleted(**values | changed)


def cancelled(
    transfer: ledger.TransferInitiated, kind: ledger.CancellationKind, **changed: Any
) -> ledger.TransferCancelled:
    values: dict[str, Any] = {"code": "declined", "reason": "", "by": None}
    return ledger.TransferCancelled(transfer_id=transfer.transfer_id, kind=kind, **values | changed)


def limits_changed(account: str) -> ledger.AccountLimitsChanged:
    previous = ledger.Limits(max_negative=0, max_positive=50000)
    return ledger.AccountLimitsChanged(
        account=account, max_negative=10000, max_positive=50000, previous=previous, reason="trusted"
    )


def status_changed(
    entity: directory.EntityRegistered, status: directory.Status, previous: directory.Status = "pending"
) -> directory.EntityStatusChanged:
    return directory.EntityStatusChanged(
        entity_id=entity.entity_id, account=entity.account, previous=previous, status=status, reason="as agreed"
    )


class NothingStored:
    """What a store tells of events (knowledge.Reader) before there were any."""

    def admins(self) -> list[str]:
        return []

    def transfers(self, _ids: Iterable[str]) -> dict[str, Transfer]:
        return {}

    def entity(self, _entity_id: str) -> dict[str, Any]:
        return {}

    def user(self, _user_id: str) -> dict[str, Any]:
        return {}

    def preferences(self, _recipients: Iterable[str]) -> dict[str, dict[str, Any]]:
        return {}

    def limits(self, _accounts: Iterable[str]) -> dict[str, Limits]:
        return {}

    def unlisted(self, _entities: Iterable[str]) -> set[str]:
        return set()

    def warning_percent(self) -> int:
        return WARNING_PERCENT
