"""Personal API tokens, and the session that one stands for."""

from flask import Response

from services.chassis.web import Problem, allow, answer, body, caller
from services.directory.api.blueprint import bp, by, done, recently_verified, the_directory
from services.directory.domain import UnknownUser
from services.directory.domain.api_tokens import DayLimitReached
from services.directory.handlers import api_tokens
from services.directory.schemas.api_tokens import ApiTokenSession, NewApiToken, Reservation, Settlement

_NEW, _SESSION, _RESERVATION, _SETTLEMENT = NewApiToken(), ApiTokenSession(), Reservation(), Settlement()


@bp.get("/users/<user_id>/api-tokens")
@allow("member", "admin", "coordinator", "auditor")
def tokens(user_id: str) -> Response:
    """One's own tokens."""
    _only_oneself(user_id)
    return answer({"api_tokens": api_tokens.listed(the_directory(), user_id)})


@bp.post("/users/<user_id>/api-tokens")
@allow("member", "admin", "coordinator", "auditor")
def create_token(user_id: str) -> Response:
    """A new one, shown in this answer alone."""
    _only_oneself(user_id)
    recently_verified()
    return done(api_tokens.create(the_directory(), by(), user_id, **body(_NEW)))


@bp.delete("/users/<user_id>/api-tokens/<token_id>")
@allow("member", "admin", "coordinator", "auditor")
def revoke_token(user_id: str, token_id: str) -> Response:
    """End one."""
    _only_oneself(user_id)
    api_tokens.revoke(the_directory(), by(), user_id, token_id)
    return answer({})


@bp.post("/api-token-sessions")
@allow("service")
def token_session() -> Response:
    """Whom a token acts for. The token is in the body: an address may end up in logs."""
    return answer(api_tokens.session_of(the_directory(), body(_SESSION)["token"]))


@bp.post("/api-tokens/<token_id>/payments")
@allow("service")
def reserve(token_id: str) -> Response:
    """Count what a token is about to move out, against its limit of a day."""
    try:
        return done(api_tokens.reserve(the_directory(), by(), token_id, **body(_RESERVATION)))
    except DayLimitReached as error:
        extra = {"left": error.left, "resets_at": error.resets_at}
        raise Problem(422, "token.day_limit", str(error), extra=extra) from error


@bp.put("/api-tokens/<token_id>/payments")
@allow("service")
def settle(token_id: str) -> Response:
    """Less was moved: the ledger refused."""
    api_tokens.settle(the_directory(), by(), token_id, **body(_SETTLEMENT))
    return answer({})


def _only_oneself(user_id: str) -> None:
    """Raises UnknownUser: nobody makes, sees or ends tokens of somebody else."""
    if user_id != caller().subject:
        raise UnknownUser("There is no such user.")
