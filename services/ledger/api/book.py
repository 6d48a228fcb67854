"""Routes that read a whole book: for administrators and auditors."""

from dataclasses import asdict

from flask import Response, current_app

from services.chassis.web import allow, answer, follows, query
from services.ledger.api.blueprint import bp, checked, reader
from services.ledger.api.history import point_asked
from services.ledger.domain import UnknownAccount
from services.ledger.schemas.reads import NEAR_LIMITS, RULES_HISTORY, SIMULATION, TRADED, TRIAL_BALANCE
from services.ledger.views import account_then_view, change_view, near_limit_view


@bp.get("/near-limits")
@allow("admin", "auditor")
@follows("directory")
def get_near_limits() -> Response:
    """Accounts that are outside, or have at most `percent` of a limit left: worst first."""
    asked = query(NEAR_LIMITS)
    policy, size = reader().policy(), asked["page_size"]
    percent = 100 - policy.warning_percent if asked["percent"] is None else asked["percent"]
    found, total = reader().near_limits(percent=percent, limit=size, offset=(asked["page"] - 1) * size)
    accounts = [near_limit_view(account, policy) for account in found]
    return answer({"percent": percent, "accounts": accounts, "total": total})


@bp.get("/traded")
@allow("admin", "auditor")
def get_traded() -> Response:
    """How much members paid each other of what was proposed since an instant."""
    return answer(asdict(reader().traded(query(TRADED)["since"])))


@bp.post("/limit-simulations")
@allow("admin", "auditor")
@follows("directory")
def post_limit_simulation() -> Response:
    """Who would be outside if limits became these. Changes nothing."""
    asked = checked(SIMULATION)
    if asked["accounts"] is not None:
        known = {account.account for account in reader().accounts(asked["accounts"])}
        if missing := [number for number in asked["accounts"] if number not in known]:
            raise UnknownAccount(f"There is no account with the number {missing[0]}.")
    return answer(reader().would_be_outside(**asked))


@bp.get("/trial-balance")
@allow("admin", "auditor")
@follows("directory")
def get_trial_balance() -> Response:
    """Every account's balance as of a position, or of an instant: everything before it; else now."""
    asked = query(TRIAL_BALANCE)
    after, limit = asked.pop("after"), asked.pop("limit")
    point = point_asked(asked)
    found = reader().trial_balance(point, after=after, limit=limit)
    return answer(
        {
            "position": point.position,
            "time": point.time,
            "accounts": [account_then_view(each) | {"entity_id": each.entity_id} for each in found.accounts],
            "sum": found.sum,
            "total_positive": found.total_positive,
            "total_negative": found.total_negative,
            "next": found.next,
        }
    )


@bp.get("/changes")
@allow("admin", "auditor")
def get_changes() -> Response:
    """The history of the book's policy or fee rules, newest first."""
    found, following = reader().changes(**query(RULES_HISTORY))
    return answer({"changes": [change_view(change, with_actor=True) for change in found], "next": following})


@bp.get("/followed")
@allow("admin")
def get_followed() -> Response:
    """How far the book is, and how far the directory is followed: what is missing shows who lags."""
    followed = {name: read() for name, read in current_app.extensions["followed"].items()}
    return answer({"head": reader().head()["position"], "followed": followed})


@bp.get("/head")
@allow("admin", "auditor", "service")
def get_head() -> Response:
    """The newest position of the book, its hash, and the sum of all balances."""
    return answer(reader().head())
