"""Routes that change accounts and transfers: each hands one command to the committer."""

from flask import Response

from services.chassis.web import allow, answer, follows
from services.ledger.api.blueprint import bp, checked, command, known_form, reader, require_sight_of
from services.ledger.domain import (
    AcceptTransfer,
    AdminTransfer,
    CancelTransfer,
    CommandBatch,
    InitiateTransfer,
    RejectTransfer,
    ReverseTransfer,
    SetConsent,
    SetLimits,
    UnknownAccount,
)
from services.ledger.schemas import (
    ADMIN_TRANSFER,
    BATCH,
    CONSENT,
    EMPTY,
    INITIATE,
    LIMITS,
    NEEDED_REASON,
    REASON,
)
from services.ledger.views import consent_view


@bp.patch("/accounts/<number>/limits")
@allow("admin")
@follows("directory")
def patch_limits(number: str) -> Response:
    """How far the account may go either way; the transfers that are open are judged by it when they are accepted."""
    return command(SetLimits(account=number, **checked(LIMITS)), key_needed=True)


@bp.get("/accounts/<number>/consent")
@allow("member", "admin", "auditor")
@follows("directory")
def get_consent(number: str) -> Response:
    """What completes at once, without an answer of the account."""
    require_sight_of(number, "admin", "auditor")
    found = reader().accounts([number])
    if not found:
        raise UnknownAccount("There is no account with that number.")
    return answer({"account": number, **consent_view(found[0])})


@bp.put("/accounts/<number>/consent")
@allow("member")
@follows("directory")
def put_consent(number: str) -> Response:
    """The complete list of rules: an empty one revokes them all."""
    return command(SetConsent(account=number, **checked(CONSENT)), key_needed=True)


@bp.post("/transfers")
@allow("member")
@follows("directory")
def post_transfer() -> Response:
    """Propose a transfer: pay somebody, or request a payment. It completes at once where a consent covers it."""
    return command(InitiateTransfer(**checked(INITIATE)), key_needed=True)


@bp.post("/transfers/<transfer_id>/accept")
@allow("member")
@follows("directory")
def accept_transfer(transfer_id: str) -> Response:
    """Accept what the other side proposed: the money moves now, or the transfer ends as cancelled."""
    checked(EMPTY)
    return command(AcceptTransfer(transfer_id=known_form(transfer_id)))


@bp.post("/transfers/<transfer_id>/reject")
@allow("member")
@follows("directory")
def reject_transfer(transfer_id: str) -> Response:
    """Decline what the other side proposed."""
    return command(RejectTransfer(transfer_id=known_form(transfer_id), **checked(REASON)))


@bp.post("/transfers/<transfer_id>/cancel")
@allow("member", "admin")
@follows("directory")
def cancel_transfer(transfer_id: str) -> Response:
    """Take back an own proposal; administrators can end any."""
    return command(CancelTransfer(transfer_id=known_form(transfer_id), **checked(REASON)))


@bp.post("/transfers/<transfer_id>/reverse")
@allow("member", "admin")
@follows("directory")
def reverse_transfer(transfer_id: str) -> Response:
    """Undo a completed transfer by a new one: whole, once. Members give back what they received."""
    asked = checked(NEEDED_REASON)
    return command(ReverseTransfer(transfer_id=known_form(transfer_id), **asked), key_needed=True)


@bp.post("/admin-transfers")
@allow("admin")
@follows("directory")
def post_admin_transfer() -> Response:
    """Move money between 2 to 20 accounts at once; nobody is asked."""
    return command(AdminTransfer(**checked(ADMIN_TRANSFER)), key_needed=True)


@bp.post("/batches")
@allow("member", "admin")
@follows("directory")
def post_batch() -> Response:
    """Up to 1 000 commands under one key, each judged as if it had come alone."""
    asked = checked(BATCH)
    return command(CommandBatch(commands=tuple(asked["commands"]), atomic=asked["atomic"]), key_needed=True)
