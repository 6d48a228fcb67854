"""Consent, the export of what is known about somebody, and closing."""

from flask import Response

from services.chassis.web import Problem, allow, answer, body, caller
from services.directory.api.blueprint import (
    bp,
    by,
    done,
    is_admin,
    only_of,
    only_own,
    only_owner,
    only_self,
    recently_verified,
)
from services.directory.api.blueprint import the_directory as directory
from services.directory.domain import UnknownUser
from services.directory.handlers import closing, consenting, own_data
from services.directory.handlers.members import known_entity
from services.directory.schemas.fields import Nothing
from services.directory.schemas.privacy import ClosingBody, ConsentBody

_CONSENT, _CLOSING, _NOTHING = ConsentBody(), ClosingBody(), Nothing()


@bp.get("/users/<user_id>/consents")
@allow("member", "admin")
def consents(user_id: str) -> Response:
    """What a user agreed to."""
    only_self(user_id)
    return answer({"consents": directory().store.consents.of_user(user_id)})


@bp.post("/users/<user_id>/consents")
@allow("member", "admin")
def agree(user_id: str) -> Response:
    """Agree to a version of a document: for oneself alone."""
    _only_really_self(user_id)
    asked = body(_CONSENT)
    if asked["entity_id"]:
        only_of(asked["entity_id"])
    return done(consenting.agree(directory(), by(), user_id, **asked))


@bp.get("/users/<user_id>/personal-data")
@allow("member", "admin")
def user_data(user_id: str) -> Response:
    """Everything that is known about a person."""
    only_self(user_id)
    recently_verified()
    if directory().store.users.find(user_id) is None:
        raise UnknownUser("There is no such user.")
    return answer(own_data.export(directory(), by(), f"user/{user_id}"))


@bp.get("/entities/<entity_id>/personal-data")
@allow("member", "admin")
def entity_data(entity_id: str) -> Response:
    """Everything that is known about a business."""
    only_owner(entity_id)
    recently_verified()
    known_entity(directory().store, entity_id)
    return answer(own_data.export(directory(), by(), f"entity/{entity_id}"))


@bp.post("/entities/<entity_id>/closing")
@allow("member", "admin")
def close_entity(entity_id: str) -> Response:
    """Close a business: its owner, or an administrator who says why."""
    only_own(entity_id)
    recently_verified()
    reason = body(_CLOSING)["reason"]
    if is_admin() and not reason:
        raise Problem(400, "request.invalid", "Say why it is closed.", {"reason": ["This can't be empty."]})
    owner = "" if is_admin() else caller().subject
    return done(closing.close_entity(directory(), by(), entity_id, reason, owner=owner))


@bp.post("/users/<user_id>/closing")
@allow("member")
def close_user(user_id: str) -> Response:
    """End one's own login for good, when no open business needs it."""
    _only_really_self(user_id)
    recently_verified()
    body(_NOTHING)
    return done(closing.close_user(directory(), by(), user_id))


def _only_really_self(user_id: str) -> None:
    if user_id != caller().subject:
        raise UnknownUser("There is no such user.")
