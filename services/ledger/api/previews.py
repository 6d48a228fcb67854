"""Transfers before they are made."""

from flask import Response

from services.chassis.web import Problem, allow, answer, body, caller, follows
from services.ledger.api.blueprint import authority_of, bp, checked, now, problem_of, reader
from services.ledger.batch import refused
from services.ledger.domain import AdminTransfer, InitiateTransfer, LedgerError
from services.ledger.previewing import accounts_of, preview
from services.ledger.schemas import ADMIN_TRANSFER, ANYTHING, INITIATE


@bp.post("/preview")
@allow("member", "admin")
@follows("directory")
def post_preview() -> Response:
    """What POST /transfers, or POST /admin-transfers, would do or be refused with. Writes nothing."""
    command = _command()
    read = reader().snapshot(accounts_of(command))
    try:
        seen = preview(read.book, command, authority_of(caller()), now=now(), last=read.time)
    except LedgerError as error:
        raise problem_of(refused(error)) from error
    return answer(seen)


def _command() -> InitiateTransfer | AdminTransfer:
    document = body(ANYTHING)
    if "legs" in document:
        _require("admin")
        return AdminTransfer(**checked(ADMIN_TRANSFER, document))
    _require("member")
    return InitiateTransfer(**checked(INITIATE, document))


def _require(role: str) -> None:
    """Raises what the command's own route does."""
    if role not in caller().roles:
        raise Problem(403, "auth.forbidden", "Your role may not do this.")
