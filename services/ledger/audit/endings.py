"""How transfers end: completed within limits, in time and by whom it may be; or cancelled (invariants 1 to 5, 16)."""

from typing import TYPE_CHECKING, Any

from .state import BY_PAYEE, COMPLETED, REVERSAL, Leg, Proposal, Used, consent_key, ended_as

if TYPE_CHECKING:
    from .fold import Fold

_STANDING_CHANGED = "ledger.account-standing-changed.v1"


def completed(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    known = data["transfer_id"]
    proposal = _closed(fold, position, known)
    if proposal is None:
        _post(fold, position, known, data["entries"], settles=True)
        return
    is_asked = proposal.data["kind"] == "transfer"
    _require_agreed(fold, position, proposal, data)
    if data["effective_at"] != fold.time:
        fold.find(position, "takes effect at another time than its own")
    moved = _post(fold, position, known, data["entries"], settles=not is_asked)
    legs = proposal.legs
    if moved != legs and sorted(moved) != sorted(legs):
        fold.find(position, "moves something else than was proposed")
    if is_asked:
        marks = COMPLETED | BY_PAYEE if len(legs) == 2 else COMPLETED
    else:
        marks = COMPLETED | REVERSAL if proposal.data["kind"] == "reversal" else COMPLETED
    fold.ended[known] = ended_as(position, legs, marks)
    if fold.observer is not None:
        fold.observer.ended(position, proposal, data, fold.time)


def cancelled(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    known, kind, by = data["transfer_id"], data["kind"], data.get("by")
    proposal = _closed(fold, position, known)
    if proposal is None:
        return
    expires_at = proposal.data.get("expires_at")
    if not proposal.is_asked:
        fold.find(position, "cancels what asked nobody")
    if not _may_end(kind, by, proposal):
        fold.find(position, f"is {kind} by one that may not do that")
    if kind == "expired" and (expires_at is None or fold.time < expires_at):
        fold.find(position, "expires before its time")
    fold.ended[known] = 0
    if fold.observer is not None:
        fold.observer.ended(position, proposal, data, fold.time)


def _may_end(kind: str, by: str | None, proposal: Proposal) -> bool:
    match kind:
        case "cancelled":
            return by in (proposal.data["initiator"], None)
        case "rejected":
            return by == proposal.counterparty
        case "expired" | "system":
            return by is None
    return False


def _closed(fold: "Fold", position: int, known: str) -> Proposal | None:
    """The proposal, which is open no longer; None when it was ended before."""
    if known not in fold.open:
        status = "completed" if fold.ended[known] & COMPLETED else "cancelled"
        fold.find(position, f"ends a transfer that was {status} before")
        return None
    proposal = fold.open.pop(known)
    data = proposal.data
    if data["kind"] == "transfer":
        fold.accounts[data["payer"]].open.pop(known, None)
        fold.accounts[data["payee"]].open.pop(known, None)
    return proposal


def _require_agreed(fold: "Fold", position: int, proposal: Proposal, data: dict[str, Any]) -> None:
    accepted_by, asked = data.get("accepted_by"), proposal.data
    if asked["kind"] != "transfer":
        if accepted_by is not None or "consent" in data:
            fold.find(position, "names an acceptance or a consent where nobody was asked")
    elif (consent := consent_key(data.get("consent"))) is not None:
        _require_consent(fold, position, proposal, consent)
        if accepted_by is not None:
            fold.find(position, "is accepted and consented to at once")
    elif accepted_by != (asked["payer"] if asked["initiator"] == asked["payee"] else asked["payee"]):
        fold.find(position, "is accepted by one that was not asked")
    elif "expires_at" in asked and fold.time >= asked["expires_at"]:
        fold.find(position, "is accepted after its time")


def _require_consent(fold: "Fold", position: int, proposal: Proposal, consent: Used) -> None:
    number, party, direction, most = consent
    data = proposal.data
    if number != proposal.counterparty or (party, direction, most) not in fold.accounts[number].consent:
        fold.find(position, "names a consent that was not given")
    fits = most is None or data["amount"] <= most
    if party not in ("any", data["initiator"]) or direction != data["direction"] or not fits:
        fold.find(position, "names a consent that does not cover it")
    if position != proposal.position + 1:
        fold.find(position, "was open before it was completed by consent")


def _post(fold: "Fold", position: int, known: str, entries: list[dict[str, Any]], *, settles: bool) -> list[Leg]:
    """Move the accounts; what was moved. `settles`: frozen ones may be, too."""
    accounts, observer = fold.accounts, fold.observer
    moved, total = [], 0
    for entry in entries:
        number, amount, balance = entry["account"], entry["amount"], entry["balance"]
        account = accounts[number]
        total += amount
        moved.append((number, amount))
        if type(amount) is not int or type(balance) is not int:
            fold.find(position, "moves what is no whole number")
        if balance != account.balance + amount:
            fold.find(position, f"says a wrong balance of {number}")
        if balance < -account.max_negative if amount < 0 else balance > account.max_positive:
            fold.find(position, f"takes {number} out of its limits")
        if account.standing != "trading" and not (settles and account.standing == "frozen"):
            fold.find(position, f"moves money of {number}, which may not trade")
        account.balance, account.version = balance, position
        if account.closing and balance == 0:
            fold.due[_STANDING_CHANGED, number] = f"{number} waited for its zero and must be closed"
        if observer is not None:
            observer.posted(position, known, number, amount, account)
    if total != 0:
        fold.find(position, "does not sum to zero")
    return moved
