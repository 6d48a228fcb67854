"""The blueprint that every route hangs on, refusals, and what routes share."""

from typing import Any, cast

from flask import Blueprint, Response, current_app, request

from services.chassis.logs import correlation_id
from services.chassis.tokens import Caller
from services.chassis.web import Problem, answer, caller, idempotency_key
from services.directory.api.errors import ERRORS
from services.directory.domain import DirectoryError, EntityNotYours, UnknownUser
from services.directory.domain.memberships import OwnersOnly
from services.directory.domain.paging import Window
from services.directory.domain.service_accounts import require_person
from services.directory.handlers import auditing, security
from services.directory.handlers.reading import Reader
from services.directory.handlers.writing import By, Directory, Done, origin_of
from services.directory.store import AWAY, EntityIndex, SearchUnavailable

DIRECTORY, INDEX = "directory", "index"
"""Where app.py leaves what the views use, in `app.extensions`."""

READERS = ("public", "member", "admin", "coordinator", "auditor", "service")

CLIENT_ADDRESS_HEADER = "Client-Address"
"""From where a person called, as the gateway saw it; it is hashed at once."""

bp = Blueprint("directory", __name__)


ON_BEHALF = frozenset({"directory.change_entity"})
"""What an administrator may change while acting for a member: the business, and nothing of anybody's login."""


@bp.before_request
def hold_back() -> None:
    """Raises Problem for what is not done on behalf of others."""
    exports = request.path.endswith("/personal-data")
    reads = request.method == "GET" and not exports
    if caller().on_behalf_of and not reads and request.endpoint not in ON_BEHALF:
        raise Problem(403, "auth.not_on_behalf", "This can't be done on behalf of a member.")


@bp.app_errorhandler(DirectoryError)
def refuse(error: DirectoryError) -> Any:
    """The answer to a broken rule, from the table above."""
    status, code = next(ERRORS[cls] for cls in type(error).__mro__ if cls in ERRORS)
    more = {name: getattr(error, name, None) for name in ("errors", "retry_after", "extra")}
    return current_app.handle_user_exception(Problem(status, code, str(error), **more))


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


def the_directory() -> Directory:
    """All that use cases need."""
    return cast(Directory, current_app.extensions[DIRECTORY])


def the_index() -> EntityIndex:
    """The search."""
    return cast(EntityIndex, current_app.extensions[INDEX])


def by(scope: str | None = None) -> By:
    """On whose behalf a command of this request runs. Raises Problem for a malformed Idempotency-Key."""
    asking: Caller = caller()
    key = idempotency_key()
    actor = f"system:{scope}" if scope else asking.actor
    return By(
        actor=actor,
        correlation_id=correlation_id(),
        on_behalf_of=asking.on_behalf_of or None,
        key=f"{actor}/{key}" if key else None,
        origin=origin_of(the_directory().store, request.headers.get(CLIENT_ADDRESS_HEADER, "")),
    )


def done(done: Done) -> Response:
    """The answer to a command."""
    return answer(done.document, **({"directory": done.position} if done.position else {}))


def reader() -> Reader:
    """What the caller may see."""
    roles = caller().roles
    return Reader(
        sees_all=bool(roles & {"admin", "coordinator", "service"}),
        names_all=bool(roles & {"member", "admin", "coordinator", "auditor", "service"}),
        entities=caller().entities | caller().viewed,
        roles=roles,
    )


def is_admin() -> bool:
    """Whether an administrator calls."""
    return "admin" in caller().roles


def recently_verified() -> None:
    """Raises StepUpNeeded unless the caller's session was verified by password or code in the last ten minutes.

    A caller without a session of its own, such as one with an API token, never is. Raises PersonNeeded for a service
    account, which has no password.
    """
    require_person(caller().subject)
    security.require_verified(the_directory(), caller().session, caller().subject)


def only_self(user_id: str) -> None:
    """Raises UnknownUser for somebody else than the user, administrators aside."""
    if not caller().roles & {"admin", "coordinator", "service"} and user_id != caller().subject:
        raise UnknownUser("There is no such user.")


def note_view(subject: str) -> None:
    """Tell in the audit log that one of the staff looks at what is private to somebody else."""
    roles = caller().roles
    if roles & {"admin", "coordinator", "auditor"} and subject != f"user/{caller().subject}":
        auditing.note_view(the_directory(), by(), f"{subject.partition('/')[0]}.viewed", subject)


def only_own(entity_id: str) -> None:
    """Raises EntityNotYours for whoever does not act for the entity, administrators and coordinators aside."""
    if not is_staff_of_members() and entity_id not in caller().entities:
        raise EntityNotYours("This business is not yours to change.")


def is_staff_of_members() -> bool:
    """Whether an administrator or coordinator calls: members and categories are theirs."""
    return bool(caller().roles & {"admin", "coordinator"})


def only_owner(entity_id: str) -> None:
    """Raises EntityNotYours, and OwnersOnly for an operator; administrators and coordinators aside."""
    only_own(entity_id)
    if entity_id in caller().operated:
        raise OwnersOnly("Only owners of the business decide this: ask one of them.")


def only_sight(entity_id: str) -> None:
    """Raises EntityNotYours for whoever neither acts for the entity nor may look at it as its members do."""
    if not is_staff_of_members() and entity_id not in caller().entities | caller().viewed:
        raise EntityNotYours("This business is not yours.")


def only_of(entity_id: str) -> None:
    """Raises EntityNotYours for whoever does not belong to the entity, administrators too."""
    if entity_id not in caller().entities:
        raise EntityNotYours("This business is not yours.")


def only_admins_filter(statuses: list[str]) -> None:
    """Raises Problem when somebody else than an administrator asks for statuses."""
    if statuses and not is_staff_of_members():
        raise Problem(403, "auth.forbidden", "Looking for a status is for administrators.")


def window(asked: dict[str, Any]) -> tuple[int, int]:
    """Skip and limit of the page asked for."""
    size = asked["page_size"]
    return (asked["page"] - 1) * size, size


def window_after(asked: dict[str, Any]) -> Window:
    """The page asked for: behind `after` where that is given, else by its number."""
    skip, limit = window(asked)
    return Window(limit=limit, after=asked["after"]) if asked["after"] else Window(skip=skip, limit=limit)
