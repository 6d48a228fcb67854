"""Service accounts, for administrators; what gives access is for those verified lately, what ends it is not held up."""

from flask import Response

from services.chassis.web import allow, answer, body, caller
from services.directory.api.blueprint import bp, by, done, recently_verified, the_directory
from services.directory.handlers import service_accounts
from services.directory.schemas.service_accounts import (
    NewServiceAccount,
    NewServiceAccountToken,
    ServiceAccountChanges,
)

_NEW, _CHANGES, _TOKEN = NewServiceAccount(), ServiceAccountChanges(), NewServiceAccountToken()
_ENDS = {"disabled": True}


@bp.get("/service-accounts")
@allow("admin")
def list_service_accounts() -> Response:
    """All of them, with their tokens."""
    return answer(service_accounts.listed(the_directory()))


@bp.post("/service-accounts")
@allow("admin")
def create_service_account() -> Response:
    """One without a token."""
    recently_verified()
    return done(service_accounts.create(the_directory(), by(), made_by=caller().subject, **body(_NEW)))


@bp.get("/service-accounts/<account_id>")
@allow("admin")
def service_account(account_id: str) -> Response:
    """One, with its tokens."""
    return answer(service_accounts.one(the_directory(), account_id))


@bp.patch("/service-accounts/<account_id>")
@allow("admin")
def change_service_account(account_id: str) -> Response:
    """Another name, purpose or scopes; disable, which ends its tokens, and enable."""
    changes = body(_CHANGES)
    if changes != _ENDS:
        recently_verified()
    return done(service_accounts.change(the_directory(), by(), account_id, changes))


@bp.delete("/service-accounts/<account_id>")
@allow("admin")
def remove_service_account(account_id: str) -> Response:
    """It is gone, and its tokens are dead."""
    recently_verified()
    return done(service_accounts.remove(the_directory(), by(), account_id))


@bp.post("/service-accounts/<account_id>/tokens")
@allow("admin")
def create_service_account_token(account_id: str) -> Response:
    """A new token, shown in this answer alone."""
    recently_verified()
    return done(service_accounts.create_token(the_directory(), by(), account_id, **body(_TOKEN)))


@bp.delete("/service-accounts/<account_id>/tokens/<token_id>")
@allow("admin")
def revoke_service_account_token(account_id: str, token_id: str) -> Response:
    """End one."""
    service_accounts.revoke_token(the_directory(), by(), account_id, token_id)
    return answer({})
