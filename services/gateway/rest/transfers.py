"""Transfers and balances of one's own businesses."""

from flask import current_app

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document, Parts
from services.gateway.legs import parties_of
from services.gateway.permissions import acts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login, must_own
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import both
from services.gateway.rest.views import account_view, businesses_of, transfer_view, transfer_views
from services.gateway.schemas import Balance, NewTransfer, OwnEntityQuery, Transfer, TransferStep
from services.gateway.schemas_ruling import Reversal
from services.gateway.schemas_transfers import TransferPreview, TransferQuery
from services.gateway.scopes import ACCEPT, INITIATE
from services.gateway.spending import paid_by_command, within_day_limit

_ASKED = {
    "date_from": "from", "date_to": "to", "counterparty": "counterparty", "text": "text", "reference": "reference",
    "kind": "kind", "min_amount": "min_amount", "max_amount": "max_amount",
}  # fmt: skip
"""Filters of the list, and what the ledger calls them."""
_AMOUNT = {403: ("account.amount_not_allowed",)}
_LIMITS = {
    422: (
        "token.day_limit",
        "account.not_trading",
        "transfer.limit_exceeded",
        "transfer.counterparty_limit",
        "transfer.fee_exceeds_amount",
        "transfer.fee_account",
    )
}
_PARTY = {403: ("transfer.not_yours",)}
_PROPOSED = both(_AMOUNT, _LIMITS, {404: ("account.unknown",), 422: ("transfer.same_account",)})
_REVERSED = {409: ("transfer.not_completed", "transfer.not_reversible", "transfer.already_reversed")}


@bp.post("/transfers")
@allow("member")
@acts("operator")
@operation(
    "Propose a payment, or ask for one",
    body=NewTransfer(),
    data=Transfer(),
    keyed=True,
    scope=INITIATE,
    codes=_PROPOSED,
)
def initiate(body: Document, key: str | None) -> Document:
    """Nothing moves until the other party accepts, unless its standing consent covers this: then it is completed at
    once. Limits are checked now and again at acceptance."""
    parts = session.parts()
    names = meet(parts, body["initiator"], body["receiver"])
    told = wanted(body)
    made = within_day_limit(
        lambda: paid_by_command(parts, {"command": "initiate", **told}),
        key,
        lambda used: parts.ledger.initiate(**told, key=used),
    )
    return transfer_view(made, body["initiator"], names)


@bp.post("/transfers/preview")
@allow("member")
@acts("operator")
@operation(
    "What a transfer would do: fees, balance and headroom afterwards, or why it would be refused",
    body=NewTransfer(),
    data=TransferPreview(),
    scope=INITIATE,
    notes="Writes nothing. Refused as POST /transfers would be with the same body.",
    codes=_PROPOSED,
)
def preview_transfer(body: Document) -> Document:
    """As everything is now."""
    parts = session.parts()
    meet(parts, body["initiator"], body["receiver"])
    return parts.ledger.preview(wanted(body))


@bp.get("/transfers")
@allow("member")
@operation(
    "Transfers of one's own business, newest first",
    query=TransferQuery(),
    data=Transfer(),
    listed=True,
    cursor="after",
    codes={422: ("request.too_broad",)},
)
def transfers(query: Document) -> Listed:
    """From the ledger; the names from the directory."""
    account = must_own(query["querying_entity_id"])
    parts = session.parts()
    only = {theirs: query[ours] for ours, theirs in _ASKED.items() if ours in query}
    found = parts.ledger.transfers(
        account=account, status=query["status"], page=query["page"], page_size=query["page_size"],
        before=query.get("after"), **only,
    )  # fmt: skip
    following = str(found["next"]) if found.get("next") else None
    return Listed(transfer_views(parts, found["transfers"], account), found["total"], query["page_size"], following)


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
    matched="etag",
)
def change_transfer(transfer_id: str, body: Document, key: str | None) -> Document:
    """The initiator may cancel, the other party accept or reject."""
    parts, reason = session.parts(), body.get("cancellation_reason") or None
    match body["action"]:
        case "accept":
            changed = within_day_limit(
                lambda: paid_by_command(parts, {"command": "accept", "transfer_id": transfer_id}),
                key,
                lambda used: parts.ledger.accept(transfer_id, key=used),
            )
        case "reject":
            changed = parts.ledger.reject(transfer_id, reason=reason, key=key)
        case _:
            changed = parts.ledger.cancel(transfer_id, reason=reason, key=key)
    return _seen_by_me(parts, changed)


@bp.post("/transfers/<transfer_id>/reversal")
@allow("member")
@acts("operator")
@operation(
    "Give back what one's business received, by a new transfer",
    body=Reversal(),
    data=Transfer(),
    keyed=True,
    scope=INITIATE,
    notes="Whole, once, and at once; only where there was no fee. Else an administrator can do it.",
    codes=both(_AMOUNT, _LIMITS, _PARTY, _REVERSED),
)
def give_back(transfer_id: str, body: Document, key: str | None) -> Document:
    """The answer is the reversal."""
    parts = session.parts()
    reversal = within_day_limit(
        lambda: paid_by_command(parts, {"command": "reverse", "transfer_id": transfer_id}),
        key,
        lambda used: parts.ledger.reverse(transfer_id, reason=body["reason"], key=used),
    )
    return _seen_by_me(parts, reversal)


@bp.get("/balance")
@allow("member")
@operation("The balance of one's own business", query=OwnEntityQuery(), data=Balance())
def balance(query: Document) -> Document:
    """Works while the directory is down, until the token expires."""
    account = must_own(query["querying_entity_id"])
    return {"unit": current_app.config["GATEWAY"].unit, **account_view(session.parts().ledger.account(account))}


def wanted(body: Document) -> Document:
    """A proposal as the ledger takes it."""
    options = {name: body[name] for name in ("description", "reference", "expires_at") if body.get(name)}
    return {
        "initiator": body["initiator"],
        "counterparty": body["receiver"],
        "direction": "pay" if body["transfer"] == "out" else "request",
        "amount": body["amount"],
        **options,
    }


def meet(parts: Parts, *accounts: str) -> dict[str, str]:
    """Names of both parties; the ledger is told to wait for the newest news of them.

    So the first transfer of somebody who was approved a moment ago does not fail. When the directory is down the
    ledger decides by what it knows.
    """
    found = businesses_of(parts, accounts)
    parts.asker.saw({"directory": max((business.version for business in found.values()), default=0)})
    return {account: business.name for account, business in found.items()}


def _seen_by_me(parts: Parts, found: Document) -> Document:
    return transfer_views(parts, [found], my_side(found))[0]


def my_side(found: Document) -> str:
    """The account of one's own that takes part in a transfer."""
    own = set(login().accounts.values())
    return next((number for number in parties_of(found) if number in own), str(found["payee"]))
