"""Transfers of the whole network: looked at, made, ended and reversed by administrators (behaviour.md 2.4, 36–38)."""

from collections.abc import Mapping, Sequence

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document, Parts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import both
from services.gateway.rest.transfers import meet
from services.gateway.rest.views import ending, names_of, open_transfers, sees_money
from services.gateway.schemas_ruling import (
    AdminTransfer,
    AdminTransferPreview,
    AdminTransferQuery,
    AdminTransferStep,
    NewAdminTransfer,
    Reversal,
)

_READERS = ("admin", "auditor")
_TYPES = {"transfer": "transfer", "admin": "adminTransfer", "reversal": "reversal"}
_ASKED = {"account_number": "account", "date_from": "from", "date_to": "to", "text": "text", "kind": "kind"}
_MOVES = {
    404: ("account.unknown",),
    422: (
        "account.not_trading",
        "transfer.same_account",
        "transfer.limit_exceeded",
        "transfer.counterparty_limit",
    ),
}
_EXAMPLE = {"payer": "1000000000000008", "payee": "2000000000000006", "amount": 12.5, "description": "Levy"}
_WHEN_THERE = ("reverses", "reversed_by", "expires_at")


@bp.get("/admin/transfers")
@allow(*_READERS)
@operation(
    "Transfers of the whole network, newest first",
    query=AdminTransferQuery(),
    data=AdminTransfer(),
    listed=True,
    cursor="after",
    codes={422: ("request.too_broad",)},
)
def admin_transfers(query: Document) -> Listed:
    """From the ledger; the names from the directory."""
    parts, size = session.parts(), query["page_size"]
    asked = {theirs: query[ours] for ours, theirs in _ASKED.items() if ours in query}
    status = ",".join(query.get("status", ())) or "all"
    found = parts.ledger.transfers(
        status=status, before=query.get("after"), page=query["page"], page_size=size, **asked
    )
    following = str(found["next"]) if found.get("next") else None
    return Listed(_views(parts, found["transfers"]), found["total"], size, following)


@bp.get("/admin/transfers/<transfer_id>")
@allow(*_READERS)
@operation("Any transfer", data=AdminTransfer())
def admin_transfer(transfer_id: str) -> Document:
    """Whoever takes part."""
    parts = session.parts()
    return _views(parts, [parts.ledger.transfer(transfer_id)])[0]


@bp.post("/admin/transfers")
@allow("admin")
@operation(
    "Move money between two or more accounts, at once",
    body=NewAdminTransfer(),
    data=AdminTransfer(),
    keyed=True,
    notes="Nobody is asked. Limits hold; who takes part is told.",
    codes=_MOVES,
    example=_EXAMPLE,
)
def make_admin_transfer(body: Document, key: str | None) -> Document:
    """Completed at once."""
    parts, wanted = session.parts(), _wanted(body)
    names = meet(parts, *(leg["account"] for leg in wanted["legs"]))
    return _view(parts.ledger.administer(wanted, key=key), names)


@bp.post("/admin/transfers/preview")
@allow("admin")
@operation(
    "What such a transfer would do to the accounts",
    body=NewAdminTransfer(),
    data=AdminTransferPreview(),
    notes="Writes nothing; refused as the transfer would be.",
    codes=_MOVES,
    example=_EXAMPLE,
)
def preview_admin_transfer(body: Document) -> Document:
    """As everything is now."""
    parts, wanted = session.parts(), _wanted(body)
    meet(parts, *(leg["account"] for leg in wanted["legs"]))
    return parts.ledger.preview(wanted)


@bp.patch("/admin/transfers/<transfer_id>")
@allow("admin")
@operation(
    "End a proposal of others",
    body=AdminTransferStep(),
    data=AdminTransfer(),
    keyed=True,
    codes={409: ("transfer.already_closed",)},
    matched="etag",
)
def end_transfer(transfer_id: str, body: Document, key: str | None) -> Document:
    """Both parties are told, with the reason."""
    parts = session.parts()
    return _views(parts, [parts.ledger.cancel(transfer_id, reason=body["cancellation_reason"], key=key)])[0]


@bp.post("/admin/transfers/<transfer_id>/reversal")
@allow("admin")
@operation(
    "Undo a completed transfer by a new one",
    body=Reversal(),
    data=AdminTransfer(),
    keyed=True,
    codes=both(
        {409: ("transfer.not_completed", "transfer.not_reversible", "transfer.already_reversed")},
        {422: _MOVES[422]},
    ),
)
def reverse_transfer(transfer_id: str, body: Document, key: str | None) -> Document:
    """Whole, and once; the answer is the reversal."""
    parts = session.parts()
    return _views(parts, [parts.ledger.reverse(transfer_id, reason=body["reason"], key=key)])[0]


def pending(parts: Parts, account: str) -> list[Document]:
    """An account's open transfers. Coordinators see none."""
    if not sees_money(parts):
        return []
    return _views(parts, open_transfers(parts, account))


def _wanted(body: Document) -> Document:
    """As the ledger takes it: two accounts are two legs."""
    legs = body.get("legs") or [
        {"account": body["payer"], "amount": -body["amount"]},
        {"account": body["payee"], "amount": body["amount"]},
    ]
    wanted = {"legs": legs, "description": body["description"], "settle": body["settle"]}
    return wanted | ({"reference": body["reference"]} if body["reference"] else {})


def _views(parts: Parts, transfers: Sequence[Document]) -> list[Document]:
    """With names from one question to the directory."""
    accounts = {transfer[side] for transfer in transfers for side in ("payer", "payee")}
    names = names_of(parts, accounts) if accounts else {}
    return [_view(transfer, names) for transfer in transfers]


def _view(transfer: Document, names: Mapping[str, str]) -> Document:
    """A Transfer of the ledger for the schema `AdminTransfer`."""
    told = {name: transfer[name] for name in ("transfer_id", "payer", "payee", "amount", "status", "initiator", "legs")}
    return {
        **told,
        **{name: transfer[name] for name in _WHEN_THERE if transfer.get(name)},
        "payer_name": names.get(transfer["payer"]),
        "payee_name": names.get(transfer["payee"]),
        "description": transfer.get("description") or "",
        "reference": transfer.get("reference") or None,
        "kind": _TYPES[transfer["kind"]],
        "by_consent": transfer["by_consent"],
        "date_proposed": transfer["initiated_at"],
        **ending(transfer),
    }
