"""An account in the course of time: statement by period, balance as of then, what was decided about it."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import must_own
from services.gateway.rest.operations import operation
from services.gateway.rest.views import names_of
from services.gateway.schemas_statement import (
    AccountHistory,
    BalanceThen,
    HistoryQuery,
    InstantQuery,
    Statement,
    StatementQuery,
)

_UNKNOWN = {404: ("account.unknown",)}
_BROAD = _UNKNOWN | {422: ("request.too_broad",)}


@bp.get("/statement")
@allow("member")
@operation(
    "The statement of a period, a page at a time, newest first",
    query=StatementQuery(),
    data=Statement(),
    notes="Balances are the period's, totals those of all entries that the filter lets through.",
    codes=_BROAD,
)
def statement(query: Document) -> Document:
    """From the ledger; the names from the directory."""
    account, parts = must_own(query["querying_entity_id"]), session.parts()
    asked = {name: value for name, value in query.items() if name != "querying_entity_id"}
    found = parts.ledger.statement(account, **asked)
    entries = found["entries"]
    names = names_of(parts, {entry["counterparty"] for entry in entries}) if entries else {}
    named = [{**entry, "entity_name": names.get(entry["counterparty"])} for entry in entries]
    return {**found, "since": query.get("since"), "until": query.get("until"), "entries": named}


@bp.get("/user/entities/<entity_id>/balance")
@allow("member")
@operation(
    "Balance, limits and standing of one's own business as of an instant or a position",
    query=InstantQuery(),
    data=BalanceThen(),
    notes="Whatever comes later does not change it. GET /balance has headroom too, as of now.",
    codes=_BROAD,
)
def balance_then(entity_id: str, query: Document) -> Document:
    """404 `account.unknown` where there was no account yet."""
    return session.parts().ledger.account_then(must_own(entity_id), **query)


@bp.get("/user/entities/<entity_id>/account-history")
@allow("member")
@operation(
    "What was decided about the account of one's own business: limits, standing, consent; newest first",
    query=HistoryQuery(),
    data=AccountHistory(),
    codes=_UNKNOWN,
)
def account_history(entity_id: str, query: Document) -> Document:
    """Since it was opened, with reasons."""
    found = session.parts().ledger.account_changes(must_own(entity_id), **query)
    return {"changes": [_decision(change) for change in found["changes"]], "next": found["next"]}


def _decision(change: Document) -> Document:
    """A Change of the ledger for the schema `AccountDecision`."""
    told = {"reason": change.get("reason") or ""}
    previous = change.get("previous")
    if isinstance(previous, dict):
        told |= {f"previous_{name}": previous[name] for name in ("max_positive", "max_negative")}
    elif previous:
        told["previous_standing"] = previous
    return {**change, **told}
