"""What all routes share: the blueprint, the error tables, who may see what, and how a command gets to the committer."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

import msgspec
from flask import Blueprint, Response, current_app, request
from marshmallow import Schema, ValidationError

from services.chassis.clock import Clock
from services.chassis.logs import correlation_id
from services.chassis.tokens import Caller
from services.chassis.web import ErrorTable, Problem, answer, body, caller
from services.ledger.domain import (
    Authority,
    Command,
    CommandBatch,
    NotAuthorised,
    Transfer,
    UnknownAccount,
    UnknownTransfer,
)
from services.ledger.link import CommitterBusy, Link
from services.ledger.records import Outcome, Request
from services.ledger.store import Reader, StoreAway, TooBroad
from services.ledger.store.proofs import NotCovered
from services.ledger.store.tree import TreeBehind

bp = Blueprint("ledger", __name__)

_MAX_KEY = 200

STATUS_OF = {
    "request.invalid": HTTPStatus.BAD_REQUEST,
    "account.unknown": HTTPStatus.NOT_FOUND,
    "transfer.same_account": HTTPStatus.UNPROCESSABLE_ENTITY,
    "auth.forbidden": HTTPStatus.FORBIDDEN,
    "account.amount_not_allowed": HTTPStatus.FORBIDDEN,
    "account.not_trading": HTTPStatus.UNPROCESSABLE_ENTITY,
    "transfer.limit_exceeded": HTTPStatus.UNPROCESSABLE_ENTITY,
    "transfer.counterparty_limit": HTTPStatus.UNPROCESSABLE_ENTITY,
    "transfer.unknown": HTTPStatus.NOT_FOUND,
    "transfer.not_yours": HTTPStatus.FORBIDDEN,
    "transfer.already_closed": HTTPStatus.CONFLICT,
    "transfer.cancelled_by_system": HTTPStatus.UNPROCESSABLE_ENTITY,
    "transfer.fee_exceeds_amount": HTTPStatus.UNPROCESSABLE_ENTITY,
    "transfer.fee_account": HTTPStatus.UNPROCESSABLE_ENTITY,
    "transfer.not_completed": HTTPStatus.CONFLICT,
    "transfer.not_reversible": HTTPStatus.CONFLICT,
    "transfer.already_reversed": HTTPStatus.CONFLICT,
    "batch.refused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "idempotency.key_reused": HTTPStatus.CONFLICT,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""HTTP status of every code with which a command can be refused."""

ERRORS: ErrorTable = {
    UnknownAccount: (HTTPStatus.NOT_FOUND, UnknownAccount.code),
    UnknownTransfer: (HTTPStatus.NOT_FOUND, UnknownTransfer.code),
    NotAuthorised: (HTTPStatus.FORBIDDEN, NotAuthorised.code),
    CommitterBusy: (HTTPStatus.SERVICE_UNAVAILABLE, "ledger.busy"),
    NotCovered: (HTTPStatus.NOT_FOUND, "proof.not_covered"),
    TreeBehind: (HTTPStatus.SERVICE_UNAVAILABLE, "proof.building"),
    TooBroad: (HTTPStatus.UNPROCESSABLE_ENTITY, "request.too_broad"),
    StoreAway: (HTTPStatus.SERVICE_UNAVAILABLE, "ledger.unavailable"),
}


def install(app: Any, reader: Reader, link: Link, clock: Clock, unit: str) -> None:
    """Give the views what they work with; `unit` is the book's unit of account."""
    app.extensions["ledger"] = (reader, link, clock, unit)


def reader() -> Reader:
    return cast(Reader, current_app.extensions["ledger"][0])


def link() -> Link:
    return cast(Link, current_app.extensions["ledger"][1])


def now() -> datetime:
    """By the same clock as commands are decided by."""
    return cast(Clock, current_app.extensions["ledger"][2])()


def unit() -> str:
    return cast(str, current_app.extensions["ledger"][3])


def checked(schema: Schema, document: Any = None) -> Any:
    """The request's JSON object (or `document`, as it can be read but once), checked by `schema`.

    Raises Problem, that names fields as `commands.3.amount`.
    """
    try:
        return body(schema) if document is None else schema.load(document)
    except ValidationError as error:
        errors = dict(_flat(error.normalized_messages()))
        raise Problem(400, "request.invalid", "Some fields need correcting.", errors) from error


def _flat(messages: Mapping[Any, Any], above: str = "") -> Iterator[tuple[str, list[str]]]:
    for name, found in messages.items():
        path = f"{above}.{name}" if above else str(name)
        if isinstance(found, Mapping):
            yield from _flat(found, path)
        else:
            yield path, found


def command(command: Command, *, key_needed: bool = False, also: Mapping[str, Any] | None = None) -> Response:
    """Have it done; the answer once it is committed, with `also` beside. Raises Problem, CommitterBusy."""
    outcome = link().send(request_of(command, caller(), _idempotency_key(key_needed)))
    return _answered(outcome, also or {})


def request_of(command: Command, asking: Caller, key: str) -> Request:
    """What goes to the committer."""
    return Request(
        command=command,
        authority=authority_of(asking),
        scope=asking.actor,
        key=key,
        fingerprint=_fingerprint(command),
        correlation_id=correlation_id(),
    )


def _answered(outcome: Outcome, also: Mapping[str, Any]) -> Response:
    positions = {"ledger": outcome.position} if outcome.position else {}
    if outcome.ok:
        return answer({**(outcome.document or {}), **also}, **positions)
    raise problem_of(outcome)


def problem_of(outcome: Outcome) -> Problem:
    """A refusal as it is answered."""
    return Problem(STATUS_OF[outcome.code], outcome.code, outcome.detail, outcome.errors, extra=outcome.extra)


def authority_of(asking: Caller) -> Authority:
    """What the rules judge by: a token's accounts are for members to act for, whatever else the token says."""
    return Authority(
        actor=asking.actor,
        accounts=asking.accounts if "member" in asking.roles else frozenset(),
        is_admin="admin" in asking.roles,
        on_behalf_of=asking.on_behalf_of or None,
        viewed=asking.viewed if "member" in asking.roles else frozenset(),
        operated=asking.operated,
        caps=asking.caps,
    )


def _idempotency_key(needed: bool) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key and needed:
        raise Problem(400, "idempotency.key_missing", "This needs an Idempotency-Key: the same one when you try again.")
    if key and not is_key(key):
        raise Problem(400, "request.invalid", f"An Idempotency-Key is 1 to {_MAX_KEY} printable ASCII characters.")
    # The committer needs one too, to learn what became of it when a connection breaks in COMMIT.
    return key or f"once:{uuid.uuid4().hex}"


def is_key(key: str) -> bool:
    """Whether it is fit to be an idempotency key."""
    return 0 < len(key) <= _MAX_KEY and key.isascii() and key.isprintable()


def _fingerprint(command: Command) -> str:
    content = msgspec.json.encode([type(command).__name__, _named(command)], order="sorted")
    return hashlib.sha256(content).hexdigest()


def _named(command: Command) -> Any:
    """Commands of a batch with their names: some have the same fields."""
    if not isinstance(command, CommandBatch):
        return command
    return command.atomic, [(type(single).__name__, single) for single in command.commands]


def require_sight_of(number: str | None, *roles: str) -> None:
    """Members see their own accounts, `roles` see all. Raises NotAuthorised."""
    asking = caller()
    if number not in asking.accounts and number not in asking.viewed and not asking.roles & set(roles):
        raise NotAuthorised("You may not see that account.")


def may_see(transfer: Transfer, asking: Caller) -> bool:
    """Its parties, administrators, auditors."""
    return bool(asking.roles & {"admin", "auditor"} or transfer.parties & (asking.accounts | asking.viewed))


def known_form(transfer_id: str) -> str:
    """The id as the ledger writes it. Raises UnknownTransfer for what is no UUID."""
    try:
        return str(uuid.UUID(transfer_id))
    except ValueError:
        raise UnknownTransfer("There is no such transfer.") from None
