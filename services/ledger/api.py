"""The ledger's HTTP interface (docs/internal-api.md). Commands go to the committer, reads to PostgreSQL."""

import hashlib
import uuid
from http import HTTPStatus
from typing import Any, cast

import msgspec
from flask import Blueprint, Response, current_app, request

from services.chassis.logs import correlation_id
from services.chassis.tokens import Caller
from services.chassis.web import ErrorTable, Problem, allow, answer, body, caller, follows, query
from services.ledger.batch import Outcome, Request
from services.ledger.domain import (
    AcceptTransfer,
    Authority,
    CancelTransfer,
    Command,
    InitiateTransfer,
    NotAuthorised,
    RejectTransfer,
    SetLimits,
    Transfer,
    UnknownAccount,
    UnknownTransfer,
)
from services.ledger.link import CommitterBusy, Link
from services.ledger.schemas import ACCOUNT_NUMBER, EMPTY, INITIATE, LIMITS, NUMBERS, PAGE, REASON, STATEMENT
from services.ledger.store import Reader, StoreAway
from services.ledger.views import account_view, transfer_view

bp = Blueprint("ledger", __name__)

_MAX_KEY = 200
_MAX_NUMBERS = 100
_STATUSES = ("initiated", "completed", "cancelled")

STATUS_OF = {
    "request.invalid": HTTPStatus.BAD_REQUEST,
    "account.unknown": HTTPStatus.NOT_FOUND,
    "transfer.same_account": HTTPStatus.UNPROCESSABLE_ENTITY,
    "auth.forbidden": HTTPStatus.FORBIDDEN,
    "account.not_trading": HTTPStatus.UNPROCESSABLE_ENTITY,
    "transfer.limit_exceeded": HTTPStatus.UNPROCESSABLE_ENTITY,
    "transfer.counterparty_limit": HTTPStatus.UNPROCESSABLE_ENTITY,
    "transfer.unknown": HTTPStatus.NOT_FOUND,
    "transfer.not_yours": HTTPStatus.FORBIDDEN,
    "transfer.already_closed": HTTPStatus.CONFLICT,
    "transfer.cancelled_by_system": HTTPStatus.UNPROCESSABLE_ENTITY,
    "idempotency.key_reused": HTTPStatus.CONFLICT,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""HTTP status of every code with which a command can be refused."""

ERRORS: ErrorTable = {
    UnknownAccount: (HTTPStatus.NOT_FOUND, UnknownAccount.code),
    UnknownTransfer: (HTTPStatus.NOT_FOUND, UnknownTransfer.code),
    NotAuthorised: (HTTPStatus.FORBIDDEN, NotAuthorised.code),
    CommitterBusy: (HTTPStatus.SERVICE_UNAVAILABLE, "ledger.busy"),
    StoreAway: (HTTPStatus.SERVICE_UNAVAILABLE, "ledger.unavailable"),
}


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
        _require_sight_of(number, "admin", "auditor", "service")
    return answer({"accounts": [account_view(account) for account in _reader().accounts(numbers)]})


@bp.get("/accounts/<number>")
@allow("member", "admin", "auditor", "service")
@follows("directory")
def get_account(number: str) -> Response:
    """One account."""
    _require_sight_of(number, "admin", "auditor", "service")
    found = _reader().accounts([number])
    if not found:
        raise UnknownAccount("There is no account with that number.")
    return answer(account_view(found[0]))


@bp.patch("/accounts/<number>/limits")
@allow("admin")
@follows("directory")
def patch_limits(number: str) -> Response:
    """How far the account may go either way; the transfers that are open are judged by it when they are accepted."""
    return _command(SetLimits(account=number, **body(LIMITS)), key_needed=True)


@bp.get("/accounts/<number>/statement")
@allow("member", "admin", "auditor")
@follows("directory")
def get_statement(number: str) -> Response:
    """Completed transfers of a period, newest first: `from` inclusive, `to` exclusive, `before` a position."""
    _require_sight_of(number, "admin", "auditor")
    asked = query(STATEMENT)
    if not _reader().accounts([number]):
        raise UnknownAccount("There is no account with that number.")
    statement = _reader().statement(number, **asked)
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


@bp.post("/transfers")
@allow("member")
@follows("directory")
def post_transfer() -> Response:
    """Propose a transfer: pay somebody, or request a payment."""
    return _command(InitiateTransfer(**body(INITIATE)), key_needed=True)


@bp.post("/transfers/<transfer_id>/accept")
@allow("member")
@follows("directory")
def accept_transfer(transfer_id: str) -> Response:
    """Accept what the other side proposed: the money moves now, or the transfer ends as cancelled."""
    body(EMPTY)
    return _command(AcceptTransfer(transfer_id=_known_form(transfer_id)))


@bp.post("/transfers/<transfer_id>/reject")
@allow("member")
@follows("directory")
def reject_transfer(transfer_id: str) -> Response:
    """Decline what the other side proposed."""
    return _command(RejectTransfer(transfer_id=_known_form(transfer_id), **body(REASON)))


@bp.post("/transfers/<transfer_id>/cancel")
@allow("member", "admin")
@follows("directory")
def cancel_transfer(transfer_id: str) -> Response:
    """Take back an own proposal; administrators can end any."""
    return _command(CancelTransfer(transfer_id=_known_form(transfer_id), **body(REASON)))


@bp.get("/transfers")
@allow("member", "admin", "auditor")
@follows("directory")
def get_transfers() -> Response:
    """A page of transfers, newest proposal first; members name one of their accounts."""
    asked = query(PAGE)
    account, size = asked["account"], asked["page_size"]
    _require_sight_of(account, "admin", "auditor")
    statuses = _STATUSES if asked["status"] == "all" else (asked["status"],)
    found, total = _reader().transfers(account, statuses, limit=size, offset=(asked["page"] - 1) * size)
    return answer({"transfers": [transfer_view(transfer) for transfer in found], "total": total})


@bp.get("/transfers/<transfer_id>")
@allow("member", "admin", "auditor")
def get_transfer(transfer_id: str) -> Response:
    """One transfer, for its parties."""
    transfer = _reader().transfer(_known_form(transfer_id))
    if transfer is None or not _may_see(transfer, caller()):
        raise UnknownTransfer("There is no such transfer.")
    return answer(transfer_view(transfer))


@bp.get("/head")
@allow("admin", "auditor", "service")
def get_head() -> Response:
    """The newest position of the book, its hash, and the sum of all balances."""
    return answer(_reader().head())


def install(app: Any, reader: Reader, link: Link) -> None:
    """Give the views what they work with."""
    app.extensions["ledger"] = (reader, link)


def _reader() -> Reader:
    return cast(Reader, current_app.extensions["ledger"][0])


def _link() -> Link:
    return cast(Link, current_app.extensions["ledger"][1])


def _command(command: Command, *, key_needed: bool = False) -> Response:
    asking = caller()
    outcome = _link().send(
        Request(
            command=command,
            authority=_authority(asking),
            scope=asking.actor,
            key=_idempotency_key(key_needed),
            fingerprint=_fingerprint(command),
            correlation_id=correlation_id(),
        )
    )
    return _answered(outcome)


def _answered(outcome: Outcome) -> Response:
    positions = {"ledger": outcome.position} if outcome.position else {}
    if outcome.ok:
        return answer(outcome.document, **positions)
    raise Problem(STATUS_OF[outcome.code], outcome.code, outcome.detail, outcome.errors, extra=outcome.extra)


def _authority(asking: Caller) -> Authority:
    return Authority(
        actor=asking.actor,
        accounts=asking.accounts,
        is_admin="admin" in asking.roles,
        on_behalf_of=asking.on_behalf_of or None,
    )


def _idempotency_key(needed: bool) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key and needed:
        raise Problem(400, "idempotency.key_missing", "This needs an Idempotency-Key: the same one when you try again.")
    if len(key) > _MAX_KEY or not key.isascii() or not key.isprintable():
        raise Problem(400, "request.invalid", f"An Idempotency-Key is 1 to {_MAX_KEY} printable ASCII characters.")
    # The committer needs one too, to learn what became of it when a connection breaks in COMMIT.
    return key or f"once:{uuid.uuid4().hex}"


def _fingerprint(command: Command) -> str:
    content = msgspec.json.encode([type(command).__name__, command], order="sorted")
    return hashlib.sha256(content).hexdigest()


def _require_sight_of(number: str | None, *roles: str) -> None:
    """Members see their own accounts, `roles` see all. Raises NotAuthorised."""
    asking = caller()
    if number not in asking.accounts and not asking.roles & set(roles):
        raise NotAuthorised("You may not see that account.")


def _may_see(transfer: Transfer, asking: Caller) -> bool:
    return bool(asking.roles & {"admin", "auditor"} or {transfer.payer, transfer.payee} & asking.accounts)


def _known_form(transfer_id: str) -> str:
    """The id as the ledger writes it. Raises UnknownTransfer for what is no UUID."""
    try:
        return str(uuid.UUID(transfer_id))
    except ValueError:
        raise UnknownTransfer("There is no such transfer.") from None
