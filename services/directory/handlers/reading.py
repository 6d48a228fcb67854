"""Use cases that only read: users, entities, the search, suggestions. Each answers what its reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.directory.domain import LISTED, STATUSES, UnknownEntity, UnknownUser, paging
from services.directory.domain.paging import ENTITIES, Place, Window
from services.directory.store import Store
from services.directory.views import View, entity_view, history_view, named_view, public_view, user_view
from services.directory.words import TAG_MAX_LENGTH, normal_tag

_SUGGESTIONS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads: own entities and, for administrators, all of them."""

    sees_all: bool = False
    names_all: bool = False
    """Whether it is somebody logged in: sees what members may see, and the names of unlisted entities in statements."""
    entities: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    def owns(self, view: View) -> bool:
        return self.sees_all or view["entity_id"] in self.entities

    def shown(self, view: View) -> View:
        """A view without what is not for this reader."""
        return view if self.owns(view) else public_view(view, logged_in=self.names_all)


def user(store: Store, user_id: str) -> View:
    """User. Raises UnknownUser."""
    found = store.users.find(user_id)
    if found is None:
        raise UnknownUser("There is no such user.")
    return user_view(found)


def entity(store: Store, reader: Reader, entity_id: str) -> View:
    """EntityView of a listed entity, or of any for its own members and administrators. Raises UnknownEntity."""
    found = store.entities.find(entity_id)
    if found is None or not (found.listed or reader.owns(entity_view(found))):
        raise UnknownEntity("There is no such business.")
    shown = reader.shown(entity_view(found))
    if reader.owns(shown):
        shown |= history_view(found, reader.roles)
    if reader.sees_all:
        members = [membership.user_id for membership in store.entities.members_of(entity_id)]
        shown["users"] = [user_view(member) for member in store.users.of_ids(members)]
    return shown


def entities(store: Store, reader: Reader, ids: Sequence[str], accounts: Sequence[str]) -> list[View]:
    """EntityViews in the order asked, by ids, else by accounts; what the reader may not see is left out."""
    found = store.entities.of_ids(ids) if ids else store.entities.of_accounts(accounts)
    shown = []
    for each in found:
        view = entity_view(each)
        if each.listed or reader.owns(view):
            shown.append(reader.shown(view))
        elif accounts and reader.names_all:
            shown.append(named_view(view))
    return shown


def newest(store: Store, reader: Reader, statuses: Sequence[str], window: Window) -> View:
    """`{entities, total, next}`: a page of entities, newest first."""
    # One more tells whether there is a page after this one.
    found, total = store.entities.newest(visible(reader, statuses), replace(window, limit=window.limit + 1))
    following = paging.following(ENTITIES, found, window.limit, lambda each: Place(each.created_at, each.entity_id))
    views = [reader.shown(entity_view(each)) for each in found[: window.limit]]
    return {"entities": views, "total": total, "next": following}


def visible(reader: Reader, statuses: Sequence[str]) -> list[str]:
    """The statuses that a reader may look for, of those asked for (none = all)."""
    allowed = STATUSES if reader.sees_all else sorted(LISTED)
    return [status for status in allowed if not statuses or status in statuses]


def suggested_tags(store: Store, fragment: str) -> list[str]:
    """Tags in use that contain what was typed, those that begin with it first."""
    wanted = normal_tag(fragment)[:TAG_MAX_LENGTH]
    return store.entities.tags_like(wanted, _SUGGESTIONS) if wanted else []
