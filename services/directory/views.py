"""The shapes that are answered (docs/internal-api.md), and who may see which part of them. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.directory.domain import Entity, Membership, User, names
from services.directory.domain.statuses import ADMIN, COORDINATOR, next_statuses
from services.directory.domain.visibility import chosen, hidden

View = dict[str, Any]

_PRIVATE = frozenset({"preferences", "visibility", "told_place"})
_STATEMENT = ("entity_id", "account", "name", "status", "version")


def entity_view(entity: Entity) -> View:
    """EntityView with everything, for the entity's own members and for administrators."""
    return {
        "entity_id": entity.entity_id,
        "account": entity.account,
        "status": entity.status,
        **_flat(entity.profile),
        "place": _flat(entity.exact_place) if entity.exact_place else None,
        "told_place": _flat(entity.profile.place) if entity.profile.place else None,
        "visibility": chosen(entity.visibility),
        "picture": entity.picture,
        "offers": list(names(entity.offers)),
        "wants": list(names(entity.wants)),
        "categories": list(entity.categories),
        "preferences": _flat(entity.preferences),
        "contactable": entity.listed and entity.preferences.contact_mail,
        "created_at": entity.created_at,
        "closed_at": entity.closed_at,
        "member_started_at": entity.member_started_at,
        "version": entity.version,
    }


def _flat(value: Any) -> View:
    """The fields of a dataclass. Not asdict: it copies every text, and a rebuild makes a hundred thousand views."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def history_view(entity: Entity, roles: Collection[str]) -> View:
    """How the status came to be and, for staff, who decided it and where it may go from here."""
    staff = bool({ADMIN, COORDINATOR} & set(roles))
    decisions = [asdict(decision) for decision in entity.decisions]
    for decision in decisions:
        if not staff:
            # Which administrator it was is not for members; their own doing is.
            decision["by"] = "" if decision["by"].startswith("admin:") else decision["by"]
    shown: View = {
        "decisions": decisions,
        "application": asdict(entity.application) if entity.application else None,
    }
    ways = next_statuses(entity.status, roles)
    next_ = [{"status": status, "needs_reason": needed} for status, needed in ways.items()]
    return shown | ({"next_statuses": next_} if staff else {})


def public_view(view: Mapping[str, Any], *, logged_in: bool = False) -> View:
    """The same for everybody else: a place nearby, and of the fields that have a choice those that they may see.

    What they may not see is empty, as if it was not given; `email` is not even there (behaviour.md 6.3, 24).
    """
    unseen = hidden(view.get("visibility", {}), logged_in=logged_in)
    shown = {name: _empty(value) if name in unseen else value for name, value in view.items() if name not in _PRIVATE}
    shown["place"] = view.get("told_place")
    if "email" in unseen:
        shown.pop("email", None)
    return shown


def indexed_view(view: Mapping[str, Any]) -> View:
    """What the search index keeps of it: everything but the real place."""
    return {**view, "place": view["told_place"]}


def named_view(view: Mapping[str, Any]) -> View:
    """Who it is, and empty for the rest: of an unlisted entity that a statement must name."""
    return {name: value if name in _STATEMENT else _empty(value) for name, value in public_view(view).items()}


def _empty(value: Any) -> Any:
    return [] if isinstance(value, list) else "" if isinstance(value, str) else None


def user_view(user: User) -> View:
    """User: all but the password's hash."""
    shown = asdict(user)
    del shown["password_hash"]
    return shown


def session_view(
    session_id: str, user: User, memberships: Sequence[tuple[Entity, Membership]], expires_at: str | None
) -> View:
    """Session: who it is, what they may act for, and the newest position that touched any of it."""
    return {
        "session_id": session_id,
        "user_id": user.user_id,
        "kind": user.kind,
        "roles": [user.kind],
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "terms_version": user.terms_version,
        "entities": [
            {
                "entity_id": entity.entity_id,
                "account": entity.account,
                "name": entity.profile.name,
                "status": entity.status,
                "role": membership.role,
                "view_only": membership.view_only,
                "max_amount": membership.max_amount,
            }
            for entity, membership in memberships
        ],
        "previous_login": asdict(user.previous_login) if user.previous_login else None,
        "expires_at": expires_at,
        "two_factor": user.two_factor,
        "position": max([user.version, *(entity.version for entity, _ in memberships)]),
    }
