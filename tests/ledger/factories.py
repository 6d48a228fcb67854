"""Valid things in one line; random references."""

import itertools
import secrets
from dataclasses import replace

from events.ledger import Leg
from services.directory.accounts import check_digit
from services.ledger.domain import (
    AcceptTransfer,
    Account,
    Authority,
    CancelTransfer,
    Command,
    InitiateTransfer,
    OpenAccount,
    RejectTransfer,
    SetLimits,
    SetStanding,
    Transfer,
)
from services.ledger.records import Request

_numbers = itertools.count(1)


def an_account_number() -> str:
    """With its check digit: the gateway wants one."""
    digits = str(secrets.randbelow(9 * 10**14) + 10**14)
    return digits + check_digit(digits)


def an_account(**changes) -> Account:
    given = {
        "account": an_account_number(),
        "entity_id": secrets.token_hex(8),
        "balance": 0,
        "max_negative": 1000,
        "max_positive": 5000,
        "standing": "trading",
        "version": 1,
    }
    return Account(**(given | changes))


def a_transfer(payer: Account, payee: Account, **changes) -> Transfer:
    given = {
        "transfer_id": secrets.token_hex(16),
        "kind": "transfer",
        "direction": "pay",
        "initiator": payer.account,
        "payer": payer.account,
        "payee": payee.account,
        "amount": 100,
        "legs": (),
        "description": "",
        "reference": None,
        "status": "initiated",
        "initiated_position": 3,
        "initiated_at": "2026-01-01T00:00:00.000000Z",
        "ended_at": None,
        "cancellation": None,
        "version": 3,
    }
    made = Transfer(**(given | changes))
    legs = (Leg(account=made.payer, amount=-made.amount), Leg(account=made.payee, amount=made.amount))
    return replace(made, legs=changes.get("legs", legs))


def an_authority(*accounts: str, admin: bool = False) -> Authority:
    return Authority(actor="admin:a" if admin else "user:u", accounts=frozenset(accounts), is_admin=admin)


def a_request(command: Command, *accounts: str, admin: bool = False, **changes) -> Request:
    given = {
        "command": command,
        "authority": an_authority(*accounts, admin=admin),
        "scope": "user:u",
        "key": f"key-{next(_numbers)}-{secrets.token_hex(4)}",
        "fingerprint": repr(command),
        "correlation_id": "correlation-1",
    }
    return Request(**(given | changes))


def opening(number: str, *, max_negative: int = 1000, max_positive: int = 5000, standing: str = "trading") -> Request:
    command = OpenAccount(
        account=number, entity_id=f"e-{number}", max_negative=max_negative, max_positive=max_positive, standing=standing
    )
    return a_request(command)


def paying(payer: str, payee: str, amount: int = 100, **changes) -> Request:
    command = InitiateTransfer(initiator=payer, counterparty=payee, direction="pay", amount=amount)
    return a_request(command, payer, **changes)


def requesting(payee: str, payer: str, amount: int = 100, **changes) -> Request:
    command = InitiateTransfer(initiator=payee, counterparty=payer, direction="request", amount=amount)
    return a_request(command, payee, **changes)


def accepting(transfer_id: str, account: str, **changes) -> Request:
    return a_request(AcceptTransfer(transfer_id=transfer_id), account, **changes)


def rejecting(transfer_id: str, account: str, **changes) -> Request:
    return a_request(RejectTransfer(transfer_id=transfer_id, reason="no"), account, **changes)


def cancelling(transfer_id: str, account: str, **changes) -> Request:
    return a_request(CancelTransfer(transfer_id=transfer_id, reason="no"), account, **changes)


def limiting(account: str, **limits) -> Request:
    return a_request(SetLimits(account=account, reason="asked", **limits), admin=True)


def standing(account: str, standing_: str) -> Request:
    return a_request(SetStanding(account=account, standing=standing_, reason="asked"), admin=True)
