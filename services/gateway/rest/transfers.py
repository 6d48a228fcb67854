"""Transfers and balances of one's own businesses."""

from flask import current_app

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document, PartDown, Parts
from services.gateway.legs import parties_of
from services.gateway.permissions import acts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login, must_own
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import both
from services.gateway.rest.views import account_view, transfer_view, transfer_views
from services.gateway.schemas import Balance, NewTransfer, OwnEntityQuery, Transfer, TransferQuery, TransferStep
from services.gateway.scopes import ACCEPT, INITIATE

_AMOUNT = {403: ("account.amount_not_allowed",)}
_LIMITS = {
    422: (
        "account.not_trading",
        "transfer.limit_exceeded",
        "transfer.counterparty_limit",
        "transfer.fee_exceeds_amount",
        "transfer.fee_account",
    )
}
_PARTY = {403: ("transfer.not_yours",)}


@bp.post("/transfers")
@allow("member")
@acts("operator")
@operation(
    "Propose a payment, or ask for one",
    body=NewTransfer(),
    data=Transfer(),
    keyed=True,
    scope=INITIATE,
    codes=both(_AMOUNT, _LIMITS, {404: ("account.unknown",), 422: ("transfer.same_account",)}),
)
def initiate(body: Document, key: str | None) -> Document:
    """Nothing moves until the other party accepts, unless its standing consent covers this: then it is completed at
    once. Limits are checked now and again at acceptance."""
    parts = session.parts()
    names = meet(parts, body["initiator"], body["receiver"])
    made = parts.ledger.initiate(
        initiator=body["initiator"],
        counterparty=body["receiver"],
        direction="pay" if body["transfer"] == "out" else "request",
        amount=body["amount"],
        description=body.get("description"),
        key=key,
    )
    return transfer_view(made, body["initiator"], names)


@bp.get("/transfers")
@allow("member")
@operation("Transfers of one's own business, newest first", query=TransferQuery(), data=Transfer(), listed=True)
def transfers(query: Document) -> Listed:
    """From the ledger; the names from the directory."""
    account = must_own(query["querying_entity_id"])
    parts = session.parts()
    found = parts.ledger.transfers(
        account=account, status=query["status"], page=query["page"], page_size=query["page_size"]
    )
    return Listed(transfer_views(parts, found["transfers"], account), found["total"], query["page_size"])


@bp.get("/transfers/<transfer_id>")
@allow("member")
@operation("One transfer of one's own business", data=Transfer(), codes=_PARTY)
def transfer(transfer_id: str) -> Document:
    """Unknown to those who are no party."""
    parts = session.parts()
    return _seen_by_me(parts, parts.ledger.transfer(transfer_id))


@bp.patch("/transfers/<transfer_id>")
@allow("member")
@acts("operator")
@operation(
    "Accept, reject or cancel a proposal",
    body=TransferStep(),
    data=Transfer(),
    keyed=True,
    scope=ACCEPT,
    codes=both(_AMOUNT, _LIMITS, _PARTY, {409: ("transfer.already_closed",), 422: ("transfer.cancelled_by_system",)}),
)
def change_transfer(transfer_id: str, body: Document, key: str | None) -> Document:
    """The initiator may cancel, the other party accept or reject."""
    parts, reason = session.parts(), body.get("cancellation_reason") or None
    match body["action"]:
        case "accept":
            changed = parts.ledger.accept(transfer_id, key=key)
        case "reject":
            changed = parts.ledger.reject(transfer_id, reason=reason, key=key)
        case _:
            changed = parts.ledger.cancel(transfer_id, reason=reason, key=key)
    return _seen_by_me(parts, changed)


@bp.get("/balance")
@allow("member")
@operation("The balance of one's own business", query=OwnEntityQuery(), data=Balance())
def balance(query: Document) -> Document:
    """Works while the directory is down, until the token expires."""
    account = must_own(query["querying_entity_id"])
    return {"unit": current_app.config["GATEWAY"].unit, **account_view(session.parts().ledger.account(account))}


def meet(parts: Parts, *accounts: str) -> dict[str, str]:
    """Names of both parties; the ledger is told to wait for the newest news of them.

    So the first transfer of somebody who was approved a moment ago does not fail. When the directory is down the
    ledger decides by what it knows.
    """
    try:
        found = parts.directory.entities(accounts=accounts)["entities"]
    except PartDown:
        return {}
    parts.asker.saw({"directory": max((entity["version"] for entity in found), default=0)})
    return {entity["account"]: entity["name"] for entity in found}


def _seen_by_me(parts: Parts, found: Document) -> Document:
    own = set(login().accounts.values())
    account = next((number for number in parties_of(found) if number in own), found["payee"])
    return transfer_views(parts, [found], account)[0]
