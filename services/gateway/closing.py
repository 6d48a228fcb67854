"""Closing a business: the ledger is asked first, for it alone knows the balance of this moment."""

from services.gateway.amounts import text
from services.gateway.clients import Document, Parts, Refused
from services.gateway.network import unit_name


def close_business(parts: Parts, entity_id: str, account: str, reason: str, key: str | None) -> Document:
    """EntityView. Raises Refused (`entity.balance_not_zero` says what to do), PartDown, StepUpNeeded."""
    balance = parts.ledger.account(account)["balance"]
    if balance > 0:
        raise _not_zero(f"Spend the {text(balance)} {unit_name()} that are left, or give them away, then close.")
    if balance < 0:
        raise _not_zero(f"Earn the {text(-balance)} {unit_name()} that are owed, then close.")
    return parts.directory.close_entity(entity_id, reason=reason, key=key)


def _not_zero(what_next: str) -> Refused:
    return Refused(422, "entity.balance_not_zero", f"A business closes at a balance of zero. {what_next}")
