"""Rows to values and back, for the readers and the writer alike."""

from collections.abc import Sequence
from typing import Any

from services.chassis.clock import rfc3339
from services.ledger.domain import Account, Cancellation, Transfer

ACCOUNT = "account, entity_id, balance, max_negative, max_positive, standing, version"

TRANSFER = (
    "transfer_id, kind, direction, initiator, payer, payee, amount, description, reference, status, "
    "initiated_position, initiated_at, ended_at, cancellation_kind, cancellation_code, cancellation_reason, "
    "cancelled_by, version"
)


def account_of(row: Sequence[Any]) -> Account:
    """An account from the columns ACCOUNT."""
    number, entity_id, balance, max_negative, max_positive, standing, version = row
    return Account(
        account=number,
        entity_id=entity_id,
        balance=balance,
        max_negative=max_negative,
        max_positive=max_positive,
        standing=standing,
        version=version,
    )


def transfer_of(row: Sequence[Any]) -> Transfer:
    """A transfer from the columns TRANSFER."""
    kind, code, reason, by = row[13:17]
    return Transfer(
        transfer_id=str(row[0]),
        kind=row[1],
        direction=row[2],
        initiator=row[3],
        payer=row[4],
        payee=row[5],
        amount=row[6],
        description=row[7],
        reference=row[8],
        status=row[9],
        initiated_position=row[10],
        initiated_at=rfc3339(row[11]),
        ended_at=rfc3339(row[12]) if row[12] else None,
        cancellation=Cancellation(kind=kind, code=code, reason=reason, by=by) if kind else None,
        version=row[17],
    )


def transfer_row(transfer: Transfer) -> dict[str, Any]:
    """The columns of a transfer by name."""
    why = transfer.cancellation
    plain = {name: getattr(transfer, name) for name in Transfer.__slots__ if name != "cancellation"}
    return plain | {
        "cancellation_kind": why.kind if why else None,
        "cancellation_code": why.code if why else None,
        "cancellation_reason": why.reason if why else None,
        "cancelled_by": why.by if why else None,
    }
