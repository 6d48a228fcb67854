"""A member's own person and businesses."""

import hashlib

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document, Parts, Refused
from services.gateway.failures import Forbidden, Unauthenticated
from services.gateway.permissions import acts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import OF_ENTITIES, both
from services.gateway.rest.views import pending_views, profile_changes, user_view, with_accounts
from services.gateway.schemas import Entity, OwnEntity, ProfileChanges, User, UserChanges
from services.gateway.schemas_people import TradingApplication
from services.gateway.scopes import DIRECTORY, LOGIN

_PERSON = {"first_name": "first_name", "last_name": "last_name", "user_phone": "telephone"}


@bp.get("/user")
@allow("member")
@operation("The person who is logged in", data=User())
def user() -> Document:
    """Oneself."""
    return user_view(session.parts().directory.user(login().user_id))


@bp.patch("/user")
@allow("member")
@operation(
    "Change one's own name or telephone", body=UserChanges(), data=User(), keyed=True, scope=DIRECTORY, matched="etag"
)
def change_user(body: Document, key: str | None) -> Document:
    """The address can only be changed by an administrator."""
    return user_view(session.parts().directory.change_user(login().user_id, body, key=key))


@bp.get("/user/entities")
@allow("member")
@operation("One's own businesses with balance, limits, headroom and what is pending", data=OwnEntity(), listed=True)
def own_entities() -> Listed:
    """Asks the directory once and the ledger once for all, then for the open transfers of each, then for all names."""
    parts = session.parts()
    entities = parts.directory.entities(ids=list(login().accounts))["entities"]
    return Listed.whole(_own_views(parts, entities))


@bp.get("/user/entities/<entity_id>")
@allow("member")
@operation(
    "One of one's own businesses, with balance, limits, headroom and what is pending",
    data=OwnEntity(),
    matched="version",
)
def own_entity(entity_id: str) -> Document:
    """As its own people see it; 403 for others'."""
    must_own(entity_id)
    parts = session.parts()
    return _own_views(parts, [parts.directory.entity(entity_id)])[0]


@bp.patch("/user/entities/<entity_id>")
@allow("member")
@acts("operator")
@operation(
    "Change one's own business",
    body=ProfileChanges(),
    data=OwnEntity(),
    keyed=True,
    scope=DIRECTORY,
    codes=both(OF_ENTITIES, {409: ("entity.closed",)}),
    matched="version",
)
def change_own_entity(entity_id: str, body: Document, key: str | None, expected: list[int] | None) -> Document:
    """Absent fields stay, null or empty ones are cleared, lists are replaced."""
    must_own(entity_id)
    parts = session.parts()
    changed = parts.directory.change_entity(entity_id, profile_changes(body), key=key, expected=expected)
    return _own_views(parts, [changed])[0]


@bp.post("/user/entities/<entity_id>/trading-application")
@allow("member")
@acts("owner")
@operation(
    "Apply for trading membership",
    body=TradingApplication(),
    data=Entity(),
    keyed=True,
    scope=LOGIN,
    codes=both(OF_ENTITIES, {409: ("trading_application.wrong_status",), 422: ("trading_application.incomplete",)}),
)
def apply_for_trading(entity_id: str, body: Document, key: str | None) -> Document:
    """For businesses that are accepted. What is given is kept in profile and user first; names all that is missing."""
    must_own(entity_id)
    directory, agreed = session.parts().directory, {}
    if version := body.pop("terms_version", ""):
        agreed = {"terms_version": version}
    person = {theirs: body[ours] for ours, theirs in _PERSON.items() if ours in body}
    business = {name: value for name, value in body.items() if name not in _PERSON}
    if person:
        directory.change_user(login().user_id, person, key=_part_of(key, "person"))
    if business:
        directory.change_entity(entity_id, business, key=_part_of(key, "business"))
    try:
        return directory.apply_for_trading(entity_id, agreed, key=key)
    except Refused as refused:
        # The directory judges user and profile together; a telephone that it misses is the user's.
        if "telephone" in refused.errors:
            refused.errors["user.telephone"] = refused.errors.pop("telephone")
        raise


def _own_views(parts: Parts, entities: list[Document]) -> list[Document]:
    """Businesses of one's own for the schema `OwnEntity`."""
    views = with_accounts(parts, entities)
    pending = pending_views(parts, [view["account"] for view in views])
    return [{**view, **_part_in(view["entity_id"]), "pending_transfers": pending[view["account"]]} for view in views]


def _part_in(entity_id: str) -> Document:
    """What the caller is of a business of theirs."""
    own = login().of(entity_id)
    return {"role": own.role, "view_only": own.view_only, "max_amount": own.max_amount} if own else {}


def _part_of(key: str | None, part: str) -> str | None:
    """A key of its own for each step of one call, so that all of it can be repeated."""
    return hashlib.sha256(f"{part}:{key}".encode()).hexdigest() if key else None


def login() -> session.Login:
    """The login that `allow` has made sure of."""
    found = session.current()
    if found is None:
        raise Unauthenticated
    return found


def must_own(entity_id: str) -> str:
    """The account number of one's own business. Raises Forbidden."""
    account = login().accounts.get(entity_id)
    if account is None:
        raise Forbidden
    return account
