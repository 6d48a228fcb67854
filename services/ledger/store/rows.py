"""Rows to values and back, for the readers and the writer alike.

What has structure but is never searched (legs, consent, rules) is stored as JSON text.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import orjson

from events.ledger import Consent, ConsentRule, FeeRule, Leg
from services.chassis.clock import rfc3339
from services.ledger.domain import Account, Cancellation, Policy, Transfer

ACCOUNT = "account, entity_id, balance, max_negative, max_positive, standing, version, closing, consent"

TRANSFER = (
    "transfer_id, kind, direction, initiator, payer, payee, amount, legs, description, reference, status, "
    "initiated_position, initiated_at, expires_at, reminded, ended_at, accepted_by, consent, cancellation_kind, "
    "cancellation_code, cancellation_reason, cancelled_by, reverses, reversed_by, version"
)

_RULES = msgspec.json.Decoder(tuple[ConsentRule, ...])
_LEGS = msgspec.json.Decoder(tuple[Leg, ...])
_CONSENT = msgspec.json.Decoder(Consent)
_POLICY = msgspec.json.Decoder(Policy)
_FEES = msgspec.json.Decoder(tuple[FeeRule, ...])


def account_of(row: Sequence[Any]) -> Account:
    """An account from the columns ACCOUNT."""
    number, entity_id, balance, max_negative, max_positive, standing, version, closing, consent = row
    return Account(
        account=number,
        entity_id=entity_id,
        balance=balance,
        max_negative=max_negative,
        max_positive=max_positive,
        standing=standing,
        version=version,
        closing=closing,
        consent=_RULES.decode(consent) if consent else (),
    )


def account_row(account: Account) -> dict[str, Any]:
    """The columns of an account by name."""
    return {
        "account": account.account,
        "entity_id": account.entity_id,
        "balance": account.balance,
        "max_negative": account.max_negative,
        "max_positive": account.max_positive,
        "standing": account.standing,
        "version": account.version,
        "closing": account.closing,
        "consent": _json(account.consent) if account.consent else None,
    }


def transfer_of(row: Sequence[Any]) -> Transfer:
    """A transfer from the columns TRANSFER."""
    (
        transfer_id, kind, direction, initiator, payer, payee, amount, legs, description, reference, status,
        initiated_position, initiated_at, expires_at, reminded, ended_at, accepted_by, consent, ended_as, code, reason,
        by, reverses, reversed_by, version,
    ) = row  # fmt: skip
    return Transfer(
        transfer_id=str(transfer_id),
        kind=kind,
        direction=direction,
        initiator=initiator,
        payer=payer,
        payee=payee,
        amount=amount,
        legs=_LEGS.decode(legs) if legs else _two_legs(payer, payee, amount),
        description=description,
        reference=reference,
        status=status,
        initiated_position=initiated_position,
        initiated_at=rfc3339(initiated_at),
        expires_at=rfc3339(expires_at) if expires_at else None,
        reminded=reminded,
        ended_at=rfc3339(ended_at) if ended_at else None,
        accepted_by=accepted_by,
        consent=_CONSENT.decode(consent) if consent else None,
        cancellation=Cancellation(kind=ended_as, code=code, reason=reason, by=by) if ended_as else None,
        reverses=str(reverses) if reverses else None,
        reversed_by=str(reversed_by) if reversed_by else None,
        version=version,
    )


def transfer_row(transfer: Transfer) -> dict[str, Any]:
    """The columns of a transfer by name."""
    why = transfer.cancellation
    simple = transfer.legs == _two_legs(transfer.payer, transfer.payee, transfer.amount)
    return {
        "transfer_id": transfer.transfer_id,
        "kind": transfer.kind,
        "direction": transfer.direction,
        "initiator": transfer.initiator,
        "payer": transfer.payer,
        "payee": transfer.payee,
        "amount": transfer.amount,
        "legs": None if simple else _json(transfer.legs),
        "description": transfer.description,
        "reference": transfer.reference,
        "status": transfer.status,
        "initiated_position": transfer.initiated_position,
        "initiated_at": transfer.initiated_at,
        "expires_at": transfer.expires_at,
        "reminded": transfer.reminded,
        "ended_at": transfer.ended_at,
        "accepted_by": transfer.accepted_by,
        "consent": _json(transfer.consent) if transfer.consent else None,
        "cancellation_kind": why.kind if why else None,
        "cancellation_code": why.code if why else None,
        "cancellation_reason": why.reason if why else None,
        "cancelled_by": why.by if why else None,
        "reverses": transfer.reverses,
        "reversed_by": transfer.reversed_by,
        "version": transfer.version,
    }


def rules_of(policy: str | None, fee_rules: str | None, default: Policy) -> tuple[Policy, tuple[FeeRule, ...]]:
    """A book's rules from its row; the defaults for what was never set."""
    return _POLICY.decode(policy) if policy else default, _FEES.decode(fee_rules) if fee_rules else ()


def rules_row(policy: Policy | None, fee_rules: tuple[FeeRule, ...] | None) -> tuple[str | None, str | None]:
    """Policy and fee rules as they are stored; None for what is not to be written."""
    return None if policy is None else _json(policy), None if fee_rules is None else _json(fee_rules)


def _two_legs(payer: str, payee: str, amount: int) -> tuple[Leg, ...]:
    return Leg(account=payer, amount=-amount), Leg(account=payee, amount=amount)


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
