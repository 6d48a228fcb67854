"""Routes that change the book: each hands one command to the committer."""

from flask import Response

from services.chassis.web import allow, body, follows
from services.ledger.api.blueprint import bp, command, known_form
from services.ledger.domain import AcceptTransfer, CancelTransfer, InitiateTransfer, RejectTransfer, SetLimits
from services.ledger.schemas import EMPTY, INITIATE, LIMITS, REASON


@bp.patch("/accounts/<number>/limits")
@allow("admin")
@follows("directory")
def patch_limits(number: str) -> Response:
    """How far the account may go either way; the transfers that are open are judged by it when they are accepted."""
    return command(SetLimits(account=number, **body(LIMITS)), key_needed=True)


@bp.post("/transfers")
@allow("member")
@follows("directory")
def post_transfer() -> Response:
    """Propose a transfer: pay somebody, or request a payment."""
    return command(InitiateTransfer(**body(INITIATE)), key_needed=True)


@bp.post("/transfers/<transfer_id>/accept")
@allow("member")
@follows("directory")
def accept_transfer(transfer_id: str) -> Response:
    """Accept what the other side proposed: the money moves now, or the transfer ends as cancelled."""
    body(EMPTY)
    return command(AcceptTransfer(transfer_id=known_form(transfer_id)))


@bp.post("/transfers/<transfer_id>/reject")
@allow("member")
@follows("directory")
def reject_transfer(transfer_id: str) -> Response:
    """Decline what the other side proposed."""
    return command(RejectTransfer(transfer_id=known_form(transfer_id), **body(REASON)))


@bp.post("/transfers/<transfer_id>/cancel")
@allow("member", "admin")
@follows("directory")
def cancel_transfer(transfer_id: str) -> Response:
    """Take back an own proposal; administrators can end any."""
    return command(CancelTransfer(transfer_id=known_form(transfer_id), **body(REASON)))
