"""Proposals: who, between whom, with which legs; reminders (invariants 1, 4 and 5)."""

from sys import intern
from typing import TYPE_CHECKING, Any

from .rules import legs_due
from .state import AuditedAccount, AuditedTransfer, Leg, digest

if TYPE_CHECKING:
    from .fold import Fold

_COMPLETED = "ledger.transfer-completed.v1"
_FEWEST_LEGS, _MOST_LEGS = 2, 20


def initiated(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    known, payer, payee = data["transfer_id"], intern(data["payer"]), intern(data["payee"])
    legs = tuple((intern(leg["account"]), leg["amount"]) for leg in data["legs"])
    if known in fold.transfers:
        fold.find(position, "initiates a transfer for the second time")
    if sum(amount for _, amount in legs) != 0:
        fold.find(position, "has legs that do not sum to zero")
    if data["amount"] <= 0 or payer == payee or data["direction"] not in ("pay", "request"):
        fold.find(position, "is no transfer between two")
    transfer = AuditedTransfer(
        kind=data["kind"],
        direction=data["direction"],
        initiator=intern(data["initiator"]),
        payer=payer,
        payee=payee,
        amount=data["amount"],
        legs=legs,
        position=position,
        proposal=hash((data["description"], data.get("reference"), fold.time, data.get("expires_at"))),
        version=position,
        expires_at=data.get("expires_at"),
        reverses=data.get("reverses"),
    )
    fold.transfers[known] = transfer
    if transfer.kind == "transfer":
        _between_members(fold, position, known, transfer)
    else:
        _by_administrator(fold, position, known, transfer)


def expiring(fold: "Fold", position: int, data: dict[str, Any]) -> None:
    transfer = fold.transfers[data["transfer_id"]]
    fold.require(transfer.status == "initiated", position, "reminds of a transfer that was ended before")
    fold.require(not transfer.reminded, position, "reminds for the second time")
    fold.require(data["expires_at"] == transfer.expires_at, position, "names another time of expiry")
    transfer.reminded, transfer.version = True, position


def _between_members(fold: "Fold", position: int, known: str, transfer: AuditedTransfer) -> None:
    payer, payee, legs = transfer.payer, transfer.payee, transfer.legs
    if transfer.initiator != (payer if transfer.direction == "pay" else payee):
        fold.find(position, "is proposed by a side that does not propose this way")
    if legs[:2] + tuple(sorted(legs[2:])) != legs_due(fold, payer, payee, transfer.amount):
        fold.find(position, "has legs that are not those of the fee rules in force")
    if len(legs) < _FEWEST_LEGS or legs[1][1] <= 0:
        fold.find(position, "leaves nothing for the payee")
    if not all(fold.accounts[number].standing == "trading" for number, _ in legs):
        fold.find(position, "is between accounts of which one may not trade")
    if transfer.expires_at is not None and transfer.expires_at <= fold.time:
        fold.find(position, "had expired before it was proposed")
    if transfer.reverses is not None:
        fold.find(position, "reverses, and is no reversal")
    fold.accounts[payer].open[known] = fold.accounts[payee].open[known] = None
    if _is_consented(fold.accounts[transfer.counterparty], transfer):
        fold.due[_COMPLETED, known] = f"{known} needs no answer and must be completed"


def _is_consented(account: AuditedAccount, transfer: AuditedTransfer) -> bool:
    return any(
        direction == transfer.direction
        and party in ("any", transfer.initiator)
        and (most is None or transfer.amount <= most)
        for party, direction, most in account.consent
    )


def _by_administrator(fold: "Fold", position: int, known: str, transfer: AuditedTransfer) -> None:
    legs = transfer.legs
    sound = _FEWEST_LEGS <= len(legs) <= _MOST_LEGS and all(amount for _, amount in legs)
    fold.require(sound, position, "has too few or too many legs, or one without an amount")
    fold.require(len(dict(legs)) == len(legs), position, "has an account twice")
    named = (
        next((number for number, amount in legs if amount < 0), ""),
        next((number for number, amount in legs if amount > 0), ""),
        sum(amount for _, amount in legs if amount > 0),
    )
    fold.require(named == (transfer.payer, transfer.payee, transfer.amount), position, "is not what its legs say")
    closed = any(fold.accounts[number].standing == "closed" for number, _ in legs)
    fold.require(not closed, position, "takes part of a closed account")
    fold.require(transfer.expires_at is None, position, "waits for nobody and has a time of expiry")
    if transfer.kind == "reversal":
        _reverses(fold, position, known, transfer)
    else:
        admin = transfer.kind == "admin" and transfer.initiator == "" and transfer.reverses is None
        fold.require(admin, position, "is of a kind that there is not, or has a proposer")
    others = sorted({number for number, _ in legs} - {transfer.payer, transfer.payee})
    if others:
        fold.parties[position] = digest((number, known) for number in others)
    fold.due[_COMPLETED, known] = f"{known} asks nobody and must be completed"


def _reverses(fold: "Fold", position: int, known: str, transfer: AuditedTransfer) -> None:
    original = fold.transfers[transfer.reverses or ""]
    fold.require(original.status == "completed", position, "reverses what was not completed")
    fold.require(original.kind != "reversal", position, "reverses a reversal")
    fold.require(original.reversed_by is None, position, "reverses for the second time")
    fold.require(sorted(transfer.legs) == _negated(original.legs), position, "does not move all of it back")
    givers = ("", original.payee) if original.kind == "transfer" and len(original.legs) == _FEWEST_LEGS else ("",)
    fold.require(transfer.initiator in givers, position, "is given back by one that did not receive it")
    original.reversed_by, original.version = known, position


def _negated(legs: tuple[Leg, ...]) -> list[Leg]:
    return sorted((number, -amount) for number, amount in legs)
