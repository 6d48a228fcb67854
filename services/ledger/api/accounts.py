"""Routes that read accounts: as they are, as they were, and how they came to be so."""

from typing import Any

from flask import Response
from marshmallow import ValidationError

from services.chassis.web import Problem, allow, answer, caller, follows, query
from services.ledger.api.blueprint import bp, reader, require_sight_of
from services.ledger.api.history import reached
from services.ledger.domain import Account, UnknownAccount
from services.ledger.schemas.fields import ACCOUNT_NUMBER
from services.ledger.schemas.reads import HISTORY, NUMBERS, POINT
from services.ledger.store import Reader
from services.ledger.views import account_then_view, change_view, levelled_view

_MAX_NUMBERS = 100
_UNKNOWN = "There is no account with that number."


def known_account(number: str) -> Account:
    """Raises UnknownAccount, also for what is no number at all."""
    require_number(number)
    found = reader().accounts([number])
    if not found:
        raise UnknownAccount(_UNKNOWN)
    return found[0]


def account_document(reading: Reader, number: str) -> dict[str, Any]:
    """The answer to `GET /accounts/<number>`. Raises UnknownAccount."""
    found, policy = reading.accounts_and_policy([number])
    if not found:
        raise UnknownAccount(_UNKNOWN)
    return levelled_view(found[0], policy)


def require_number(number: str) -> None:
    """PostgreSQL takes no NUL, and histories have other subjects too. Raises UnknownAccount."""
    try:
        ACCOUNT_NUMBER(number)
    except ValidationError:
        raise UnknownAccount(_UNKNOWN) from None


@bp.get("/accounts")
@allow("member", "admin", "auditor", "service")
@follows("directory")
def get_accounts() -> Response:
    """Accounts by number, in the order asked."""
    numbers = query(NUMBERS)["numbers"].split(",")
    if len(numbers) > _MAX_NUMBERS:
        raise Problem(400, "request.invalid", "Too many.", {"numbers": [f"At most {_MAX_NUMBERS}."]})
    for number in numbers:
        ACCOUNT_NUMBER(number)
        require_sight_of(number, "admin", "auditor", "service")
    found, policy = reader().accounts_and_policy(numbers)
    return answer({"accounts": [levelled_view(account, policy) for account in found]})


@bp.get("/accounts/<number>")
@allow("member", "admin", "auditor", "service")
@follows("directory")
def get_account(number: str) -> Response:
    """One account."""
    require_sight_of(number, "admin", "auditor", "service")
    require_number(number)
    return answer(account_document(reader(), number))


@bp.get("/accounts/<number>/balance")
@allow("member", "admin", "auditor")
@follows("directory")
def get_balance(number: str) -> Response:
    """Balance, limits and standing as of a position, or as of an instant: everything before it; else now."""
    require_sight_of(number, "admin", "auditor")
    require_number(number)
    with reached("position"):
        point, then = reader().account_then(number, **query(POINT))
    if then is None:
        raise UnknownAccount(f"At position {point.position} there is no account with that number.")
    return answer(account_then_view(then) | {"position": point.position, "at": point.time})


@bp.get("/accounts/<number>/history")
@allow("member", "admin", "auditor")
@follows("directory")
def get_history(number: str) -> Response:
    """Opening, limits, standing, consent, newest first. Members don't learn which administrator it was."""
    require_sight_of(number, "admin", "auditor")
    asked = query(HISTORY)
    known_account(number)
    found, following = reader().changes(number, **asked)
    with_actor = bool(caller().roles & {"admin", "auditor"})
    return answer({"changes": [change_view(change, with_actor=with_actor) for change in found], "next": following})
