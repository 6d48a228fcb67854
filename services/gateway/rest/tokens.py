"""Personal API tokens, and another mail address. No API token can do any of it."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import STEP_UP, both
from services.gateway.schemas_tokens import (
    ApiToken,
    CreatedApiToken,
    EmailChange,
    EmailConfirmed,
    EmailLink,
    NewApiToken,
    NewEmail,
)
from services.gateway.scopes import LOGIN

_STEP_UP = "Needs a session that was verified in the last ten minutes (POST /session/verification)."


@bp.get("/user/api-tokens")
@allow("member", "admin", "coordinator", "auditor")
@operation("One's own API tokens, newest first", data=ApiToken(), listed=True, scope=LOGIN)
def api_tokens() -> Listed:
    """Without their secrets."""
    return Listed.whole(session.parts().directory.api_tokens(login().user_id))


@bp.post("/user/api-tokens")
@allow("member", "admin", "coordinator", "auditor")
@operation(
    "Make an API token: its secret is in this answer alone",
    body=NewApiToken(),
    data=CreatedApiToken(),
    keyed=True,
    scope=LOGIN,
    notes=_STEP_UP,
    codes=both(STEP_UP, {403: ("api_token.two_factor_needed",), 409: ("api_token.too_many",)}),
)
def create_api_token(body: Document, key: str | None) -> Document:
    """At most twenty at once."""
    return session.parts().directory.create_api_token(login().user_id, body, key=key)


@bp.delete("/user/api-tokens/<token_id>")
@allow("member", "admin", "coordinator", "auditor")
@operation("Revoke an API token, at once and everywhere", scope=LOGIN, keyed=True)
def revoke_api_token(token_id: str, key: str | None) -> None:
    """It can't be brought back."""
    session.parts().directory.revoke_api_token(login().user_id, token_id, key=key)


@bp.get("/user/email-change")
@allow("member", "admin", "coordinator", "auditor")
@operation(
    "The change of one's mail address that is under way",
    data=EmailChange(),
    scope=LOGIN,
    codes={404: ("email_change.none",)},
)
def email_change() -> Document:
    """404 when there is none."""
    return session.parts().directory.email_change(login().user_id)


@bp.post("/user/email-change")
@allow("member", "admin", "coordinator", "auditor")
@operation(
    "Ask for another mail address: links to both, the change takes effect when both have confirmed",
    body=NewEmail(),
    data=EmailChange(),
    keyed=True,
    scope=LOGIN,
    notes=f"{_STEP_UP} The answer is the same when somebody else has the address; then nothing comes of it.",
    codes=both(STEP_UP, {429: ("email_change.too_often",)}),
)
def request_email_change(body: Document, key: str | None) -> Document:
    """Takes the place of an earlier one."""
    return session.parts().directory.request_email_change(login().user_id, body["email"], key=key)


@bp.delete("/user/email-change")
@allow("member", "admin", "coordinator", "auditor")
@operation("Let it be: its links are dead", scope=LOGIN, keyed=True, matched="etag")
def cancel_email_change(key: str | None) -> None:
    """No matter if there is none."""
    session.parts().directory.cancel_email_change(login().user_id, key=key)


@bp.get("/email-confirmations/<token>")
@allow("public")
@operation("What a mailed link confirms", data=EmailLink(), scope=LOGIN, codes={404: ("email_change.invalid",)})
def email_link(token: str) -> Document:
    """Looking uses nothing up."""
    return session.visitor_parts().directory.email_link(token)


@bp.post("/email-confirmations/<token>")
@allow("public")
@operation(
    "Confirm another mail address by a mailed link, once",
    data=EmailConfirmed(),
    scope=LOGIN,
    codes={404: ("email_change.invalid",), 409: ("user.email_taken",)},
)
def confirm_email(token: str) -> Document:
    """With the second confirmation the address is changed and other sessions end."""
    return session.visitor_parts().directory.confirm_email(token)


@bp.post("/email-confirmations/<token>/stop")
@allow("public")
@operation(
    "It was somebody else: stop it by the link to the old address, end all sessions and tokens",
    scope=LOGIN,
    codes={404: ("email_change.invalid",)},
)
def stop_email_change(token: str) -> None:
    """Choose a new password then."""
    session.visitor_parts().directory.stop_email_change(token)
