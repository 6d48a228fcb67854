"""Routes that read: what PostgreSQL has, which is always current."""

from flask import Response, request

from services.chassis.web import Problem, allow, answer, caller, follows, query
from services.ledger.api.blueprint import bp, known_form, may_see, reader, require_sight_of
from services.ledger.domain import UnknownAccount, UnknownTransfer
from services.ledger.schemas import ACCOUNT_NUMBER, NUMBERS, PAGE, STATEMENT
from services.ledger.views import account_view, transfer_view

_MAX_NUMBERS = 100
_STATUSES = ("initiated", "completed", "cancelled")


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
    return answer({"accounts": [account_view(account) for account in reader().accounts(numbers)]})


@bp.get("/accounts/<number>")
@allow("member", "admin", "auditor", "service")
@follows("directory")
def get_account(number: str) -> Response:
    """One account."""
    require_sight_of(number, "admin", "auditor", "service")
    found = reader().accounts([number])
    if not found:
        raise UnknownAccount("There is no account with that number.")
    return answer(account_view(found[0]))


@bp.get("/accounts/<number>/statement")
@allow("member", "admin", "auditor")
@follows("directory")
def get_statement(number: str) -> Response:
    """Completed transfers of a period, newest first: `from` inclusive, `to` exclusive, `before` a position."""
    require_sight_of(number, "admin", "auditor")
    asked = query(STATEMENT)
    if not reader().accounts([number]):
        raise UnknownAccount("There is no account with that number.")
    statement = reader().statement(number, **asked)
    return answer(
        {
            "account": number,
            "from": request.args.get("from"),
            "to": request.args.get("to"),
            "opening_balance": statement.opening_balance,
            "closing_balance": statement.closing_balance,
            "entries": list(statement.entries),
            "next": statement.next,
        }
    )


@bp.get("/transfers")
@allow("member", "admin", "auditor")
@follows("directory")
def get_transfers() -> Response:
    """A page of transfers, newest proposal first; members name one of their accounts."""
    asked = query(PAGE)
    account, size = asked["account"], asked["page_size"]
    require_sight_of(account, "admin", "auditor")
    statuses = _STATUSES if asked["status"] == "all" else (asked["status"],)
    found, total = reader().transfers(account, statuses, limit=size, offset=(asked["page"] - 1) * size)
    return answer({"transfers": [transfer_view(transfer) for transfer in found], "total": total})


@bp.get("/transfers/<transfer_id>")
@allow("member", "admin", "auditor")
def get_transfer(transfer_id: str) -> Response:
    """One transfer, for its parties."""
    transfer = reader().transfer(known_form(transfer_id))
    if transfer is None or not may_see(transfer, caller()):
        raise UnknownTransfer("There is no such transfer.")
    return answer(transfer_view(transfer))


@bp.get("/head")
@allow("admin", "auditor", "service")
def get_head() -> Response:
    """The newest position of the book, its hash, and the sum of all balances."""
    return answer(reader().head())
