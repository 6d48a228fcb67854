"""Service accounts, for administrators: what integrations of the office act as, with nobody behind them."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import STEP_UP, both
from services.gateway.schemas_service_accounts import (
    CreatedServiceAccountToken,
    NewServiceAccount,
    NewServiceAccountToken,
    ServiceAccount,
    ServiceAccountChanges,
)
from services.gateway.scopes import LOGIN

_VERIFIED = "Needs a session that was verified in the last ten minutes (POST /session/verification)."
_NEW = {"name": "Bookkeeping export", "purpose": "Fetches last day's transfers each night.", "scopes": ["read"]}


@bp.get("/admin/service-accounts")
@allow("admin")
@operation("Service accounts with their tokens, by name", data=ServiceAccount(), listed=True)
def service_accounts() -> Listed:
    """All of them."""
    return Listed.whole(session.parts().directory.service_accounts())


@bp.post("/admin/service-accounts")
@allow("admin")
@operation(
    "Make a service account, which programs act as by tokens of its own",
    body=NewServiceAccount(),
    data=ServiceAccount(),
    keyed=True,
    scope=LOGIN,
    notes=f"At most 50. It stays when whoever made it leaves, and the audit log names it. {_VERIFIED}",
    codes=both(STEP_UP, {409: ("service_account.name_taken", "service_account.too_many")}),
    example=_NEW,
)
def create_service_account(body: Document, key: str | None) -> Document:
    """It has no token yet."""
    return session.parts().directory.create_service_account(body, key=key)


@bp.get("/admin/service-accounts/<service_account_id>")
@allow("admin")
@operation("A service account with its tokens", data=ServiceAccount())
def service_account(service_account_id: str) -> Document:
    """One."""
    return session.parts().directory.service_account(service_account_id)


@bp.patch("/admin/service-accounts/<service_account_id>")
@allow("admin")
@operation(
    "Change a service account, disable it (which revokes its tokens) or enable it",
    body=ServiceAccountChanges(),
    data=ServiceAccount(),
    keyed=True,
    scope=LOGIN,
    matched="etag",
    notes=f'Other scopes hold for its tokens at once. {_VERIFIED} Not for `{{"disabled": true}}` alone.',
    codes=both(STEP_UP, {409: ("service_account.name_taken",)}),
    example={"disabled": True},
)
def change_service_account(service_account_id: str, body: Document, key: str | None) -> Document:
    """Ending is not held up by a password."""
    return session.parts().directory.change_service_account(service_account_id, body, key=key)


@bp.delete("/admin/service-accounts/<service_account_id>")
@allow("admin")
@operation(
    "Delete a service account with its tokens", scope=LOGIN, keyed=True, matched="etag", notes=_VERIFIED, codes=STEP_UP
)
def remove_service_account(service_account_id: str, key: str | None) -> None:
    """What it did stays in the audit log under its id."""
    session.parts().directory.remove_service_account(service_account_id, key=key)


@bp.post("/admin/service-accounts/<service_account_id>/tokens")
@allow("admin")
@operation(
    "Make a token of a service account: its secret is in this answer alone",
    body=NewServiceAccountToken(),
    data=CreatedServiceAccountToken(),
    keyed=True,
    scope=LOGIN,
    notes=f"Five at once: give programs the new one, then revoke the old one. {_VERIFIED}",
    codes=both(STEP_UP, {409: ("api_token.too_many", "service_account.disabled")}),
)
def create_service_account_token(service_account_id: str, body: Document, key: str | None) -> Document:
    """All of them may do what the account may."""
    return session.parts().directory.create_service_account_token(service_account_id, body, key=key)


@bp.delete("/admin/service-accounts/<service_account_id>/tokens/<token_id>")
@allow("admin")
@operation("Revoke a token of a service account, at once and everywhere", scope=LOGIN, keyed=True)
def revoke_service_account_token(service_account_id: str, token_id: str, key: str | None) -> None:
    """It can't be brought back."""
    session.parts().directory.revoke_service_account_token(service_account_id, token_id, key=key)
