"""The book's own rules for administrators: how accounts begin, what transfers cost, what if limits were others."""

from collections.abc import Mapping
from typing import Any

from services.chassis.web import allow
from services.gateway import session
from services.gateway.amounts import json_number
from services.gateway.clients import Document
from services.gateway.fields import camel
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import operation
from services.gateway.rest.views import account_view, names_of
from services.gateway.schemas_policy import (
    AccountThen,
    ChangesQuery,
    Fees,
    LedgerAccount,
    LedgerChanges,
    LimitSimulation,
    LimitsSimulated,
    NewFees,
    Policy,
    PolicyChanges,
)
from services.gateway.schemas_statement import HistoryQuery, InstantQuery

_READERS = ("admin", "auditor")
_THEIRS = {
    "default_max_negative_balance": "default_max_negative",
    "default_max_positive_balance": "default_max_positive",
    "max_negative_balance": "max_negative",
    "max_positive_balance": "max_positive",
}
"""What the ledger calls differently."""
_OURS = {theirs: ours for ours, theirs in _THEIRS.items()}
_MONEY = frozenset({*_THEIRS.values(), "fixed", "max_amount"})
_APART = frozenset({"position", "time", "type", "actor"})
_UNKNOWN = {404: ("account.unknown",)}
_NUMBER = "/admin/accounts/<account_number>"


@bp.get("/admin/policy")
@allow(*_READERS)
@operation("With which limits accounts begin, and when proposals expire", data=Policy())
def policy() -> Document:
    """The settings of the book, and its unit."""
    return _ours(session.parts().ledger.policy())


@bp.patch("/admin/policy")
@allow("admin")
@operation(
    "Change with which limits accounts begin, and when proposals expire",
    body=PolicyChanges(),
    data=Policy(),
    keyed=True,
    example={"defaultMaxNegativeBalance": 50, "reason": "Decided by the assembly"},
    matched="etag",
)
def change_policy(body: Document, key: str | None) -> Document:
    """Accounts and proposals that are there already keep theirs."""
    changes = {_THEIRS.get(name, name): value for name, value in body.items()}
    return _ours(session.parts().ledger.set_policy(changes, key=key))


@bp.get("/admin/policy/changes")
@allow(*_READERS)
@operation("What was changed of these settings, by whom and why", query=ChangesQuery(), data=LedgerChanges())
def policy_changes(query: Document) -> Document:
    """Newest first."""
    return _changes(session.parts().ledger.changes("policy", **query))


@bp.get("/admin/fees")
@allow(*_READERS)
@operation("What transfers cost", data=Fees())
def fees() -> Document:
    """New proposals; open ones keep the fees they were made with."""
    return {"rules": session.parts().ledger.fees()}


@bp.put("/admin/fees")
@allow("admin")
@operation(
    "Replace what transfers cost",
    body=NewFees(),
    data=Fees(),
    keyed=True,
    codes={**_UNKNOWN, 422: ("transfer.fee_account",)},
    matched="etag",
)
def set_fees(body: Document, key: str | None) -> Document:
    """The complete list; an empty one: nothing."""
    return {"rules": session.parts().ledger.set_fees(body["rules"], reason=body["reason"], key=key)}


@bp.get("/admin/fees/changes")
@allow(*_READERS)
@operation("What was changed of the fees, by whom and why", query=ChangesQuery(), data=LedgerChanges())
def fee_changes(query: Document) -> Document:
    """Newest first."""
    return _changes(session.parts().ledger.changes("fee-rules", **query))


@bp.post("/admin/limit-simulations")
@allow(*_READERS)
@operation(
    "Who would be outside if limits were others",
    body=LimitSimulation(),
    data=LimitsSimulated(),
    notes="Changes nothing.",
    codes=_UNKNOWN,
)
def simulate_limits(body: Document) -> Document:
    """The worst first."""
    wanted = {_THEIRS.get(name, name): value for name, value in body.items()}
    return session.parts().ledger.simulate_limits(wanted)


@bp.get(_NUMBER)
@allow(*_READERS)
@operation("One account by its number", data=LedgerAccount(), codes=_UNKNOWN)
def ledger_account(account_number: str) -> Document:
    """From the ledger; the name from the directory."""
    parts = session.parts()
    account = parts.ledger.account(account_number)
    told = {name: account[name] for name in ("account", "entity_id")}
    return {**account_view(account), **told, "entity_name": names_of(parts, [account_number]).get(account_number)}


@bp.get(f"{_NUMBER}/balance")
@allow(*_READERS)
@operation(
    "Balance and limits of an account as of a position, or an instant",
    query=InstantQuery(),
    data=AccountThen(),
    codes=_UNKNOWN,
)
def account_then(account_number: str, query: Document) -> Document:
    """What was is never changed."""
    return session.parts().ledger.account_then(account_number, **query)


@bp.get(f"{_NUMBER}/changes")
@allow(*_READERS)
@operation(
    "How an account came to be as it is: opening, limits, standing, consent",
    query=HistoryQuery(),
    data=LedgerChanges(),
    codes=_UNKNOWN,
)
def account_changes(account_number: str, query: Document) -> Document:
    """Newest first."""
    return _changes(session.parts().ledger.account_changes(account_number, **query))


def _ours(settings: Document) -> Document:
    return {_OURS.get(name, name): value for name, value in settings.items()}


def _changes(found: Document) -> Document:
    changes = [
        {
            **{name: change[name] for name in _APART},
            "data": _plain({name: value for name, value in change.items() if name not in _APART}),
        }
        for change in found["changes"]
    ]
    return {"changes": changes, "next": found["next"]}


def _plain(value: Any, name: str = "") -> Any:
    """Names and amounts as everywhere in this API."""
    if isinstance(value, Mapping):
        return {camel(str(_OURS.get(each, each))): _plain(inner, each) for each, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return json_number(value) if name in _MONEY and isinstance(value, int) else value
