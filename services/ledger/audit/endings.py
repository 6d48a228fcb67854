"""How transfers end: completed within limits, in time and by whom it may be; or cancelled (invariants 1 to 5, 16)."""

from typing import TYPE_CHECKING, Any

from .state import AuditedTransfer, Used, consent_key, digest

if TYPE_CHECKING:
    from .fold import Fold

_STANDING_CHANGED = "ledger.account-standing-changed.v1"


def completed(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    known = data["transfer_id"]
    transfer = _closed(fold, position, known, "completed")
    accepted_by, consent = data.get("accepted_by"), consent_key(data.get("consent"))
    _require_agreed(fold, position, transfer, accepted_by, consent)
    if data["effective_at"] != fold.time:
        fold.find(position, "takes effect at another time than its own")
    transfer.ending = hash((fold.time, accepted_by, consent, None, None, None, None))
    entries = [(entry["account"], entry["amount"], entry["balance"]) for entry in data["entries"]]
    if sum(amount for _, amount, _ in entries) != 0:
        fold.find(position, "does not sum to zero")
    if sorted((number, amount) for number, amount, _ in entries) != sorted(transfer.legs):
        fold.find(position, "moves something else than was proposed")
    rows = [_post(fold, position, known, *entry, settles=transfer.kind != "transfer") for entry in entries]
    fold.postings[position] = digest(rows)


def cancelled(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    transfer = _closed(fold, position, data["transfer_id"], "cancelled")
    kind, by = data["kind"], data.get("by")
    transfer.ending = hash((fold.time, None, None, kind, data["code"], data["reason"], by))
    if transfer.kind != "transfer":
        fold.find(position, "cancels what asked nobody")
    if not _may_end(kind, by, transfer):
        fold.find(position, f"is {kind} by one that may not do that")
    if kind == "expired" and (transfer.expires_at is None or fold.time < transfer.expires_at):
        fold.find(position, "expires before its time")


def _may_end(kind: str, by: str | None, transfer: AuditedTransfer) -> bool:
    match kind:
        case "cancelled":
            return by in (transfer.initiator, None)
        case "rejected":
            return by == transfer.counterparty
        case "expired" | "system":
            return by is None
    return False


def _closed(fold: "Fold", position: int, known: str, status: str) -> AuditedTransfer:
    transfer = fold.transfers[known]
    if transfer.status != "initiated":
        fold.find(position, f"ends a transfer that was {transfer.status} before")
    transfer.status, transfer.version = status, position
    if transfer.kind == "transfer":
        fold.accounts[transfer.payer].open.pop(known, None)
        fold.accounts[transfer.payee].open.pop(known, None)
    return transfer


def _require_agreed(
    fold: "Fold", position: int, transfer: AuditedTransfer, accepted_by: str | None, consent: Used | None
) -> None:
    if transfer.kind != "transfer":
        if accepted_by is not None or consent is not None:
            fold.find(position, "names an acceptance or a consent where nobody was asked")
    elif consent is not None:
        _require_consent(fold, position, transfer, consent)
        if accepted_by is not None:
            fold.find(position, "is accepted and consented to at once")
    elif accepted_by != transfer.counterparty:
        fold.find(position, "is accepted by one that was not asked")
    elif transfer.expires_at is not None and fold.time >= transfer.expires_at:
        fold.find(position, "is accepted after its time")


def _require_consent(fold: "Fold", position: int, transfer: AuditedTransfer, consent: Used) -> None:
    number, party, direction, most = consent
    if number != transfer.counterparty or (party, direction, most) not in fold.accounts[number].consent:
        fold.find(position, "names a consent that was not given")
    fits = most is None or transfer.amount <= most
    if party not in ("any", transfer.initiator) or direction != transfer.direction or not fits:
        fold.find(position, "names a consent that does not cover it")
    if position != transfer.position + 1:
        fold.find(position, "was open before it was completed by consent")


def _post(
    fold: "Fold", position: int, known: str, number: str, amount: int, balance: int, *, settles: bool
) -> tuple[object, ...]:
    account = fold.accounts[number]
    if balance != account.balance + amount:
        fold.find(position, f"says a wrong balance of {number}")
    if balance < -account.max_negative if amount < 0 else balance > account.max_positive:
        fold.find(position, f"takes {number} out of its limits")
    if account.standing != "trading" and not (settles and account.standing == "frozen"):
        fold.find(position, f"moves money of {number}, which may not trade")
    account.balance, account.version = balance, position
    if account.closing and balance == 0:
        fold.due[_STANDING_CHANGED, number] = f"{number} waited for its zero and must be closed"
    return number, known, amount, balance, account.max_negative, account.max_positive
