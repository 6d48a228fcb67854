"""Pictures, consent, one's own data, closing."""

from flask import Response, request

from services.chassis.web import allow
from services.gateway import closing, exporting, session
from services.gateway.clients import Document
from services.gateway.permissions import acts, before_terms
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login, must_own
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import OF_ENTITIES, STEP_UP, Codes, both
from services.gateway.rest.views import entity_view
from services.gateway.schemas import Entity
from services.gateway.schemas_privacy import Closed, Closing, Consent
from services.gateway.scopes import DIRECTORY, LOGIN

_CLOSING: Codes = {409: ("entity.closed", "entity.not_settled"), 422: ("entity.balance_not_zero",)}

_ZIP = ("application/zip",)


@bp.put("/user/entities/<entity_id>/picture")
@allow("member")
@acts("operator")
@operation(
    "Replace the picture of one's own business",
    data=Entity(),
    keyed=True,
    upload=("image/jpeg", "image/png", "image/webp"),
    scope=DIRECTORY,
    notes="The body is the file itself: JPEG, PNG or WebP, at most 5 MB and 40 megapixels.",
    codes=both(OF_ENTITIES, {409: ("entity.closed",)}),
)
def set_picture(entity_id: str, key: str | None) -> Document:
    """It is drawn anew: nothing of its metadata is kept."""
    must_own(entity_id)
    return entity_view(session.parts().directory.set_picture(entity_id, request.get_data(cache=False), key=key))


@bp.delete("/user/entities/<entity_id>/picture")
@allow("member")
@acts("operator")
@operation(
    "Have no picture any more",
    data=Entity(),
    scope=DIRECTORY,
    codes=both(OF_ENTITIES, {409: ("entity.closed",)}),
    keyed=True,
)
def remove_picture(entity_id: str, key: str | None) -> Document:
    """It is deleted."""
    must_own(entity_id)
    return entity_view(session.parts().directory.remove_picture(entity_id, key=key))


@bp.get("/user/consents")
@allow("member")
@operation("What one has agreed to, oldest first", data=Consent(), listed=True)
def consents() -> Listed:
    """Every version once."""
    return Listed.whole(session.parts().directory.consents(login().user_id))


@bp.post("/user/consents")
@allow("member")
@before_terms
@operation("Agree to a version of the terms", body=Consent(), data=Consent(), listed=True, keyed=True, scope=LOGIN)
def agree(body: Document, key: str | None) -> Listed:
    """The first time counts."""
    return Listed.whole(session.parts().directory.agree(login().user_id, **body, key=key))


@bp.get("/user/personal-data")
@allow("member")
@operation("Everything that is known of oneself, as a zip", media=_ZIP, scope=LOGIN, codes=STEP_UP)
def own_data() -> Response:
    """After verification."""
    return exporting.person(session.parts(), login().user_id)


@bp.get("/user/entities/<entity_id>/personal-data")
@allow("member")
@acts("owner")
@operation(
    "Everything that is known of one's own business, as a zip",
    media=_ZIP,
    scope=LOGIN,
    codes=both(OF_ENTITIES, STEP_UP),
)
def own_entity_data(entity_id: str) -> Response:
    """With the statement of its account. After verification."""
    must_own(entity_id)
    return exporting.business(session.parts(), entity_id)


@bp.post("/user/entities/<entity_id>/closing")
@allow("member")
@before_terms
@acts("owner")
@operation(
    "Close one's own business for good",
    body=Closing(),
    data=Closed(),
    keyed=True,
    scope=LOGIN,
    codes=both(OF_ENTITIES, STEP_UP, _CLOSING),
)
def close_own(entity_id: str, body: Document, key: str | None) -> Document:
    """At a balance of zero, after verification. Everything personal is deleted."""
    return closing.close_business(session.parts(), entity_id, must_own(entity_id), body["reason"], key)


@bp.post("/user/closing")
@allow("member")
@before_terms
@operation("End one's own login for good", scope=LOGIN, codes=both(STEP_UP, {409: ("user.belongs_to_open_entities",)}))
def close_login() -> None:
    """When it belongs to no open business, after verification."""
    session.parts().directory.close_user(login().user_id)


@bp.get("/admin/entities/<entity_id>/personal-data")
@allow("admin")
@operation("Everything that is known of a business, as a zip", media=_ZIP, scope=LOGIN, codes=STEP_UP)
def entity_data(entity_id: str) -> Response:
    """For whoever asks for it on paper. It is told in the audit log."""
    return exporting.business(session.parts(), entity_id)


@bp.get("/admin/users/<user_id>/personal-data")
@allow("admin")
@operation("Everything that is known of a person, as a zip", media=_ZIP, scope=LOGIN, codes=STEP_UP)
def user_data(user_id: str) -> Response:
    """For whoever asks for it on paper. It is told in the audit log."""
    return exporting.person(session.parts(), user_id)


@bp.post("/admin/entities/<entity_id>/closing")
@allow("admin")
@operation(
    "Close a business for good, with a reason",
    body=Closing(),
    data=Closed(),
    keyed=True,
    scope=LOGIN,
    codes=both(STEP_UP, _CLOSING),
)
def close_entity(entity_id: str, body: Document, key: str | None) -> Document:
    """At a balance of zero, after verification."""
    parts = session.parts()
    account = parts.directory.entity(entity_id)["account"]
    return closing.close_business(parts, entity_id, account, body["reason"], key)
