"""The directory's HTTP interface, for the gateway alone (docs/internal-api.md)."""

from typing import Any, cast

from flask import Blueprint, Response, current_app, request

from services.chassis.logs import correlation_id
from services.chassis.tokens import Caller
from services.chassis.web import Problem, allow, answer, body, caller, follows, query
from services.directory import schemas
from services.directory.domain import (
    AccessEnded,
    ApplicationIncomplete,
    DirectoryError,
    EmailTaken,
    EntityChange,
    EntityNotYours,
    FieldsInvalid,
    IdempotencyKeyReused,
    LoginFailed,
    LoginLocked,
    Preferences,
    ResetInvalid,
    UnknownEntity,
    UnknownSession,
    UnknownUser,
    WrongStatus,
)
from services.directory.handlers import logins, members, reading
from services.directory.handlers.reading import Reader
from services.directory.handlers.writing import By, Directory, Done
from services.directory.search import Search
from services.directory.store import AWAY, EntityIndex, SearchUnavailable
from services.directory.words import normal_tag

DIRECTORY, INDEX = "directory", "index"
"""Where app.py leaves what the views use, in `app.extensions`."""

_KEY_MAX = 200
_READERS = ("public", "member", "admin", "auditor", "service")

bp = Blueprint("directory", __name__)

ERRORS: dict[type[DirectoryError], tuple[int, str]] = {
    EmailTaken: (409, "user.email_taken"),
    UnknownUser: (404, "user.unknown"),
    UnknownEntity: (404, "entity.unknown"),
    EntityNotYours: (403, "entity.not_yours"),
    LoginFailed: (401, "login.failed"),
    LoginLocked: (429, "login.locked"),
    AccessEnded: (403, "login.expired"),
    UnknownSession: (404, "session.unknown"),
    ResetInvalid: (404, "reset.invalid"),
    IdempotencyKeyReused: (409, "idempotency.key_reused"),
    ApplicationIncomplete: (422, "trading_application.incomplete"),
    FieldsInvalid: (400, "request.invalid"),
    WrongStatus: (409, "trading_application.wrong_status"),
}

_SIGN_UP, _LOGIN = schemas.SignUpBody(), schemas.LoginBody()
_RESET_REQUEST, _RESET = schemas.ResetRequestBody(), schemas.ResetBody()
_USER, _USER_BY_ADMIN = schemas.UserFields(), schemas.UserFieldsByAdmin()
_ENTITY, _ENTITY_BY_ADMIN = schemas.EntityFields(), schemas.EntityFieldsByAdmin()
_ENTITIES, _SEARCH, _TAGS, _NOTHING = (
    schemas.EntitiesQuery(),
    schemas.SearchQuery(),
    schemas.TagsQuery(),
    schemas.Nothing(),
)


@bp.post("/signup")
@allow("public")
def sign_up() -> Response:
    """Register a user with an entity, and log in."""
    asked = body(_SIGN_UP)
    user, entity = asked["user"], asked["entity"]
    form = members.SignUp(
        **user,
        profile=schemas.profile_of(entity["profile"], user["email"]),
        offers=entity.get("offers", ()),
        wants=entity.get("wants", ()),
        preferences=Preferences(**(asked["preferences"] | entity.get("preferences", {}))),
    )
    done = members.sign_up(_directory(), _by("visitor"), form)
    session = logins.open_session(_directory(), done.document["user_id"], asked["address"])
    return _done(Done({**done.document, "session": session}, done.position))


@bp.post("/sessions")
@allow("public")
def log_in() -> Response:
    """Begin a session."""
    return answer(logins.log_in(_directory(), **body(_LOGIN)))


@bp.get("/sessions/<session_id>")
@allow("service")
def session(session_id: str) -> Response:
    """A session that lives, and now lives longer."""
    return answer(logins.session(_directory(), session_id))


@bp.delete("/sessions/<session_id>")
@allow("service")
def log_out(session_id: str) -> Response:
    """End a session."""
    _directory().store.sessions.end(session_id)
    return answer({})


@bp.post("/password-resets")
@allow("public")
def request_reset() -> Response:
    """Send a one-time link; the same answer whoever asks."""
    logins.request_reset(_directory(), _by("visitor"), **body(_RESET_REQUEST))
    return answer({})


@bp.get("/password-resets/<token>")
@allow("public")
def reset_kind(token: str) -> Response:
    """Whether a token can be used, and for which login."""
    return answer({"kind": logins.reset_kind(_directory(), token)})


@bp.post("/password-resets/<token>")
@allow("public")
def reset_password(token: str) -> Response:
    """Set a new password, once."""
    kind, position = logins.reset_password(_directory(), _by("visitor"), token, body(_RESET)["password"])
    return _done(Done({"kind": kind}, position))


@bp.get("/users/<user_id>")
@allow("member", "admin", "service")
def user(user_id: str) -> Response:
    """A user: oneself, or any for an administrator."""
    _only_self(user_id)
    return answer(reading.user(_directory().store, user_id))


@bp.patch("/users/<user_id>")
@allow("member", "admin")
def change_user(user_id: str) -> Response:
    """Change a user."""
    _only_self(user_id)
    changes = body(_USER_BY_ADMIN if _is_admin() else _USER)
    return _done(members.change_user(_directory(), _by(), user_id, changes))


@bp.get("/entities")
@allow(*_READERS)
def entities() -> Response:
    """Entities by ids or accounts in the order asked; else by status, newest first."""
    asked = query(_ENTITIES)
    store, reader = _directory().store, _reader()
    if asked["ids"] or asked["accounts"]:
        found = reading.entities(store, reader, asked["ids"], asked["accounts"])
        return answer({"entities": found, "total": len(found)})
    _only_admins_filter(asked["status"])
    found, total = reading.newest(store, reader, asked["status"], *_window(asked))
    return answer({"entities": found, "total": total})


@bp.get("/entities/<entity_id>")
@allow(*_READERS)
def entity(entity_id: str) -> Response:
    """One entity."""
    return answer(reading.entity(_directory().store, _reader(), entity_id))


@bp.patch("/entities/<entity_id>")
@allow("member", "admin")
def change_entity(entity_id: str) -> Response:
    """Change an entity; its status and categories are the administrators' to change."""
    _only_own(entity_id)
    asked = body(_ENTITY_BY_ADMIN)
    if not _is_admin() and asked.keys() & {"status", "reason", "categories"}:
        raise Problem(403, "auth.forbidden", "Status and categories are for administrators to change.")
    return _done(members.change_entity(_directory(), _by(), entity_id, EntityChange(**asked)))


@bp.post("/entities/<entity_id>/trading-application")
@allow("member")
def apply_for_trading(entity_id: str) -> Response:
    """Ask to become a trading member."""
    _only_own(entity_id)
    body(_NOTHING)
    return _done(members.apply_for_trading(_directory(), _by(), entity_id, caller().subject))


@bp.get("/search")
@allow(*_READERS)
@follows("directory")
def search() -> Response:
    """Find entities by what they offer, want, or are called."""
    asked = query(_SEARCH)
    _only_admins_filter(asked["status"])
    reader, (skip, limit) = _reader(), _window(asked)
    wanted = Search(
        statuses=reading.visible(reader, asked["status"]),
        offers=asked["offers"],
        wants=asked["wants"],
        name=asked["name"],
        category=normal_tag(asked["category"]),
        tagged_since=asked.get("tagged_since"),
        skip=skip,
        limit=limit,
    )
    found, total = reading.find(_index(), reader, wanted)
    return answer({"entities": found, "total": total})


@bp.get("/tags")
@allow(*_READERS)
def tags() -> Response:
    """Suggestions while somebody types."""
    return answer({"tags": reading.suggested_tags(_directory().store, query(_TAGS)["fragment"])})


@bp.app_errorhandler(DirectoryError)
def refuse(error: DirectoryError) -> Any:
    """The answer to a broken rule, from the table above."""
    status, code = next(ERRORS[cls] for cls in type(error).__mro__ if cls in ERRORS)
    errors, retry_after = getattr(error, "errors", None), getattr(error, "retry_after", None)
    return current_app.handle_user_exception(Problem(status, code, str(error), errors, retry_after))


def refuse_without_mongo(_: Exception) -> Any:
    """The answer while MongoDB is away."""
    sentence = "Logins and profiles are not available for the moment. Try again shortly."
    return current_app.handle_user_exception(Problem(503, "directory.unavailable", sentence, retry_after=2))


@bp.app_errorhandler(SearchUnavailable)
def refuse_without_search(_: Exception) -> Any:
    """The answer while Elasticsearch is away."""
    sentence = "The search is not available for the moment. Everything else works; try again shortly."
    return current_app.handle_user_exception(Problem(503, "search.unavailable", sentence, retry_after=2))


for _away in AWAY:
    bp.app_errorhandler(_away)(refuse_without_mongo)


def _directory() -> Directory:
    return cast(Directory, current_app.extensions[DIRECTORY])


def _index() -> EntityIndex:
    return cast(EntityIndex, current_app.extensions[INDEX])


def _by(scope: str | None = None) -> By:
    asking: Caller = caller()
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= _KEY_MAX and key.isascii() and key.isprintable()):
        raise Problem(400, "idempotency.key_malformed", f"An Idempotency-Key is 1 to {_KEY_MAX} ASCII characters.")
    actor = f"system:{scope}" if scope else asking.actor
    return By(
        actor=actor,
        correlation_id=correlation_id(),
        on_behalf_of=asking.on_behalf_of or None,
        key=f"{actor}/{key}" if key else None,
    )


def _done(done: Done) -> Response:
    return answer(done.document, **({"directory": done.position} if done.position else {}))


def _reader() -> Reader:
    roles = caller().roles
    return Reader(
        sees_all="admin" in roles or "service" in roles,
        names_all=bool(roles & {"member", "admin", "auditor", "service"}),
        entities=caller().entities,
    )


def _is_admin() -> bool:
    return "admin" in caller().roles


def _only_self(user_id: str) -> None:
    if not caller().roles & {"admin", "service"} and user_id != caller().subject:
        raise UnknownUser("There is no such user.")


def _only_own(entity_id: str) -> None:
    if not _is_admin() and entity_id not in caller().entities:
        raise EntityNotYours("This business is not yours to change.")


def _only_admins_filter(statuses: list[str]) -> None:
    if statuses and not _is_admin():
        raise Problem(403, "auth.forbidden", "Looking for a status is for administrators.")


def _window(asked: dict[str, Any]) -> tuple[int, int]:
    size = asked["page_size"]
    return (asked["page"] - 1) * size, size
