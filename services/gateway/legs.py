"""What a transfer does to one account: its legs, fees included. Pure; amounts in minor units.

A member's transfer has two parties, and legs to whoever gets a fee; of an administrator's transfer and of a reversal
every leg is a party.
"""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]


def parties_of(transfer: Document) -> list[str]:
    """Payer, payee, and whoever else takes part."""
    others = [] if _between_members(transfer) else list(_legs(transfer))
    return list(dict.fromkeys([transfer["payer"], transfer["payee"], *others]))


def moved(transfer: Document, account: str) -> int:
    """What the transfer does, or would do, to the account's balance: signed, after fees."""
    return _legs(transfer).get(account, 0)


def fee_of(transfer: Document, account: str) -> int:
    """What a payer is charged on top of the amount, or a payee gets less than it."""
    if not _between_members(transfer):
        return 0
    agreed = {transfer["payer"]: -transfer["amount"], transfer["payee"]: transfer["amount"]}
    return int(agreed[account]) - moved(transfer, account) if account in agreed else 0


def is_shared(transfer: Document) -> bool:
    """Whether more than two take part, so that no single amount tells it."""
    return len(parties_of(transfer)) > 2


def is_reversible(transfer: Document) -> bool:
    """Whether an administrator may undo it, as far as the transfer itself says."""
    is_done = transfer["status"] == "completed" and not transfer.get("reversed_by")
    return is_done and transfer.get("kind", "transfer") != "reversal"


def can_be_given_back(transfer: Document, account: str) -> bool:
    """Whether the business of `account` may undo it: it received, from one other, and nobody took a fee."""
    simple = _between_members(transfer) and len(_legs(transfer)) == 2
    return simple and is_reversible(transfer) and bool(transfer["payee"] == account)


def _between_members(transfer: Document) -> bool:
    return bool(transfer.get("kind", "transfer") == "transfer")


def _legs(transfer: Document) -> dict[str, int]:
    legs = transfer.get("legs")
    if legs is None:
        # From before a transfer told its legs.
        return {transfer["payer"]: -transfer["amount"], transfer["payee"]: transfer["amount"]}
    return {leg["account"]: leg["amount"] for leg in legs}
