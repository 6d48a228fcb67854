"""Proposals: who, between whom, with which legs; reminders (invariants 1, 4 and 5)."""

from typing import TYPE_CHECKING, Any

from .rules import legs_due
from .state import (
    BY_PAYEE,
    COMPLETED,
    REVERSAL,
    REVERSED,
    AuditedAccount,
    Proposal,
    marks_of,
    moved,
    negated,
    position_of,
)

if TYPE_CHECKING:
    from .fold import Fold

_COMPLETED = "ledger.transfer-completed.v1"
_FEWEST_LEGS, _MOST_LEGS = 2, 20


def initiated(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    known, amount, payer, payee = data["transfer_id"], data["amount"], data["payer"], data["payee"]
    legs = [(leg["account"], leg["amount"]) for leg in data["legs"]]
    if known in fold.open or known in fold.ended:
        fold.find(position, "initiates a transfer for the second time")
    if type(amount) is not int or amount <= 0 or payer == payee or data["direction"] not in ("pay", "request"):
        fold.find(position, "is no transfer between two")
    proposal = Proposal(position, fold.time, data, legs)
    fold.open[known] = proposal
    if fold.observer is not None:
        fold.observer.proposed(position, proposal)
    if data["kind"] == "transfer":
        _between_members(fold, position, known, proposal)
    else:
        _by_administrator(fold, position, known, proposal)


def expiring(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    known = data["transfer_id"]
    if known in fold.ended:
        fold.find(position, "reminds of a transfer that was ended before")
        return
    proposal = fold.open[known]
    fold.require(not proposal.reminded, position, "reminds for the second time")
    fold.require(data["expires_at"] == proposal.data.get("expires_at"), position, "names another time of expiry")
    fold.open[known] = proposal._replace(reminded=position)


def _between_members(fold: "Fold", position: int, known: str, proposal: Proposal) -> None:
    _, time, data, legs, _ = proposal
    accounts, initiator, payer, payee = fold.accounts, data["initiator"], data["payer"], data["payee"]
    if initiator != (payer if data["direction"] == "pay" else payee):
        fold.find(position, "is proposed by a side that does not propose this way")
    if legs[:2] + sorted(legs[2:]) != legs_due(fold, payer, payee, data["amount"]):
        fold.find(position, "has legs that are not those of the fee rules in force")
        fold.require(sum(amount for _, amount in legs) == 0, position, "has legs that do not sum to zero")
    if len(legs) < _FEWEST_LEGS or legs[1][1] <= 0:
        fold.find(position, "leaves nothing for the payee")
    for number, _ in legs:
        if accounts[number].standing != "trading":
            fold.find(position, "is between accounts of which one may not trade")
            break
    if "expires_at" in data and data["expires_at"] <= time:
        fold.find(position, "had expired before it was proposed")
    if "reverses" in data:
        fold.find(position, "reverses, and is no reversal")
    one, other = accounts[payer], accounts[payee]
    one.open[known] = other.open[known] = None
    asked = other if initiator == payer else one
    if asked.consent and _is_consented(asked, data):
        fold.due[_COMPLETED, known] = f"{known} needs no answer and must be completed"


def _is_consented(account: AuditedAccount, data: dict[str, Any]) -> bool:
    return any(
        direction == data["direction"]
        and party in ("any", data["initiator"])
        and (most is None or data["amount"] <= most)
        for party, direction, most in account.consent
    )


def _by_administrator(fold: "Fold", position: int, known: str, proposal: Proposal) -> None:
    data, legs = proposal.data, proposal.legs
    fold.require(sum(amount for _, amount in legs) == 0, position, "has legs that do not sum to zero")
    sound = _FEWEST_LEGS <= len(legs) <= _MOST_LEGS and all(amount for _, amount in legs)
    fold.require(sound, position, "has too few or too many legs, or one without an amount")
    fold.require(len(dict(legs)) == len(legs), position, "has an account twice")
    named = (
        next((number for number, amount in legs if amount < 0), ""),
        next((number for number, amount in legs if amount > 0), ""),
        sum(amount for _, amount in legs if amount > 0),
    )
    fold.require(named == (data["payer"], data["payee"], data["amount"]), position, "is not what its legs say")
    closed = any(fold.accounts[number].standing == "closed" for number, _ in legs)
    fold.require(not closed, position, "takes part of a closed account")
    fold.require(data.get("expires_at") is None, position, "waits for nobody and has a time of expiry")
    if data["kind"] == "reversal":
        _reverses(fold, position, known, proposal)
    else:
        admin = data["kind"] == "admin" and data["initiator"] == "" and data.get("reverses") is None
        fold.require(admin, position, "is of a kind that there is not, or has a proposer")
    fold.due[_COMPLETED, known] = f"{known} asks nobody and must be completed"


def _reverses(fold: "Fold", position: int, known: str, proposal: Proposal) -> None:
    original = proposal.data["reverses"]
    if original in fold.open or not (ended := fold.ended[original]) & COMPLETED:
        fold.find(position, "reverses what was not completed")
        return
    marks = marks_of(ended)
    back = negated(proposal.legs)
    fold.require(not marks & REVERSAL, position, "reverses a reversal")
    fold.require(not marks & REVERSED, position, "reverses for the second time")
    fold.require(moved(ended, back), position, "does not move all of it back")
    # The original's payee is the one that received; whether these are its legs was looked at.
    receivers = [number for number, amount in back if amount > 0]
    givers = ["", *receivers] if marks & BY_PAYEE else [""]
    fold.require(proposal.data["initiator"] in givers, position, "is given back by one that did not receive it")
    fold.ended[original] = ended | REVERSED
    if fold.observer is not None:
        fold.observer.reversed(position, original, position_of(ended), known)
