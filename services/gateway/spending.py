"""What an API token with a limit a day moves out: counted by the directory before the ledger is asked.

Counted is what the token sets on its way: a payment when it is proposed (fees apart), a request when it is accepted,
a transfer that is reversed. What the ledger refuses is given back to the limit; what nobody knows the outcome of stays
counted, and a repeat under the same key counts no second time.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from services.gateway import session
from services.gateway.clients import Document, Parts, Refused

_AGAIN = "idempotency.key_reused"
Result = TypeVar("Result")


def within_day_limit(amount: Callable[[], int], key: str | None, work: Callable[[str | None], Result]) -> Result:
    """Do what moves an amount out (asked only of tokens with a limit). Raises Refused: token.day_limit."""
    login = session.current()
    if login is None or login.day_limit is None or not (moved := amount()):
        return work(key)
    # The same for both, so that what is repeated is counted once.
    key = key or uuid.uuid4().hex
    directory = session.visitor_parts().directory
    directory.reserve_payment(login.token_id, moved, key)
    try:
        return work(key)
    except Refused as refused:
        # A key that is used again says nothing of what it was used for.
        if refused.status < 500 and refused.code != _AGAIN:
            directory.settle_payment(login.token_id, 0, key)
        raise


def settle_batch(parts: Parts, amounts: Sequence[int], results: Sequence[Mapping[str, Any]], key: str | None) -> None:
    """Of a batch that is answered: count what was done alone."""
    login = session.current()
    if login is None or login.day_limit is None or not sum(amounts) or key is None:
        return
    kept = sum(amount for amount, result in zip(amounts, results, strict=True) if result["ok"])
    parts.directory.settle_payment(login.token_id, kept, key)


def paid_by_command(parts: Parts, command: Mapping[str, Any]) -> int:
    """What a command, as the ledger takes it, moves out of one's own business."""
    match command["command"]:
        case "initiate":
            return int(command["amount"]) if command["direction"] == "pay" else 0
        case "accept":
            return _paid(parts.ledger.transfer(command["transfer_id"]), "payer")
        case "reverse":
            return _paid(parts.ledger.transfer(command["transfer_id"]), "payee")
    return 0


def _paid(transfer: Document, side: str) -> int:
    login = session.current()
    mine = set(login.accounts.values()) if login else set()
    return int(transfer["amount"]) if transfer[side] in mine else 0
