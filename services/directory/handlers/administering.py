"""Use cases of administrators around members' logins and who belongs to what, each in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace

from events.directory import MembershipChanged, UserClosed
from services.directory.domain import EntityChange, UnknownUser, User
from services.directory.domain.audit import Entry
from services.directory.domain.memberships import Part
from services.directory.handlers import members, memberships
from services.directory.handlers.members import known_user
from services.directory.handlers.placing import prepare
from services.directory.handlers.security import check_strength, password_set
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store, personal
from services.directory.views import View, user_view

OWNER = Part(role="owner")
"""What somebody is at first who is put among those of a business without a word about their part."""

Step = Callable[[Store], Done]


def belonging(directory: Directory, *, entities: Sequence[str], users: Sequence[str]) -> View:
    """`{memberships: [Membership], users: [User]}`: who belongs to these businesses, or to what these people do.

    `users` are those of the businesses.
    """
    store = directory.store
    if not entities:
        return {"memberships": [asdict(each) for each in store.memberships.of_users(users)], "users": []}
    found = [each for parts in store.memberships.of_entities(entities).values() for each in parts]
    people = store.users.of_ids(list({each.user_id for each in found}))
    return {"memberships": [asdict(each) for each in found], "users": [user_view(user) for user in people]}


def change_login(
    directory: Directory,
    by: By,
    user_id: str,
    changes: Mapping[str, str],
    *,
    password: str = "",
    entities: Sequence[str] | None = None,
) -> Done:
    """Names, telephone, address; of members also the password, and to which businesses they belong: User.

    Raises UnknownUser, EmailTaken, FieldsInvalid, LastOwner, UnknownEntity, TooManyMembers.
    """
    hashed = _hashed(directory, user_id, password) if password else ""

    def work(store: Store) -> Done:
        steps: list[Step] = [lambda store: members.user_changed(directory, store, by, user_id, changes)]
        if hashed:
            steps.append(lambda store: _password_set(directory, store, by, user_id, hashed))
        if entities is not None:
            steps.append(lambda store: _businesses_set(directory, store, by, user_id, entities))
        return _together(store, steps, lambda: user_view(known_user(store, user_id)))

    asked = ["change_login", user_id, dict(changes), bool(password), None if entities is None else list(entities)]
    return once(directory, by, asked, work)


def change_business(
    directory: Directory, by: By, entity_id: str, change: EntityChange, users: Sequence[str] | None
) -> Done:
    """What staff may change of a business, and who belongs to it: EntityView. Raises what both do."""

    def work(store: Store) -> Done:
        done = members.entity_changed(directory, store, by, entity_id, change)
        if users is None:
            return done
        return _together(store, [lambda _: done, lambda store: _people_set(directory, store, by, entity_id, users)])

    prepare(directory.store)
    return once(directory, by, ["change_business", entity_id, asdict(change), users and list(users)], work)


def close_login(directory: Directory, by: By, user_id: str, reason: str) -> Done:
    """End a member's login for good, and forget it: `{}`. Its businesses stay, without it. Raises UnknownUser."""

    def work(store: Store) -> Done:
        _known_member(store, user_id)
        # Nothing is said of what happened: there is nobody left to tell it to, and no name to tell others.
        left = [
            MembershipChanged(entity_id=each.entity_id, user_id=user_id)
            for each in store.entities.memberships_of(user_id)
        ]
        position = append(directory, store, by, [*left, UserClosed(user_id=user_id)], directory.clock())
        personal.forget(store, f"user/{user_id}")
        store.renewal.ask()
        concerns = tuple(f"entity/{each.entity_id}" for each in left)
        entry = Entry(action="user.closed", subject=f"user/{user_id}", concerns=concerns, reason=reason)
        return Done({}, position, (entry,))

    return once(directory, replace(by, key=None), None, work)


def _hashed(directory: Directory, user_id: str, password: str) -> str:
    """Before the transaction: it takes long by intent."""
    check_strength(directory, password, _known_member(directory.store, user_id), "password")
    return directory.passwords.hash(password)


def _password_set(directory: Directory, store: Store, by: By, user_id: str, hashed: str) -> Done:
    store.sessions.end_all(user_id)
    return password_set(directory, store, by, user_id, hashed)


def _businesses_set(directory: Directory, store: Store, by: By, user_id: str, wanted: Sequence[str]) -> Done:
    _known_member(store, user_id)
    now = [each.entity_id for each in store.entities.memberships_of(user_id)]
    return _together(
        store,
        [
            *(_joining(directory, by, entity_id, user_id) for entity_id in wanted if entity_id not in now),
            *(_leaving(directory, by, entity_id, user_id) for entity_id in now if entity_id not in wanted),
        ],
    )


def _people_set(directory: Directory, store: Store, by: By, entity_id: str, wanted: Sequence[str]) -> Done:
    """Those who come first: so that owners can be exchanged, and somebody is always left."""
    now = [each.user_id for each in store.entities.members_of(entity_id)]
    return _together(
        store,
        [
            *(_joining(directory, by, entity_id, user_id) for user_id in wanted if user_id not in now),
            *(_leaving(directory, by, entity_id, user_id) for user_id in now if user_id not in wanted),
        ],
    )


def _joining(directory: Directory, by: By, entity_id: str, user_id: str) -> Step:
    return lambda store: memberships.joined(directory, store, by, entity_id, user_id, OWNER)


def _leaving(directory: Directory, by: By, entity_id: str, user_id: str) -> Step:
    return lambda store: memberships.left(directory, store, by, entity_id, user_id)


def _together(store: Store, steps: Sequence[Step], document: Callable[[], View] | None = None) -> Done:
    """One after the other; the document is the first one's unless another is given."""
    done = [step(store) for step in steps]
    first = document() if document else dict(done[0].document) if done else {}
    return Done(
        first, max((each.position for each in done), default=0), tuple(e for each in done for e in each.entries)
    )


def _known_member(store: Store, user_id: str) -> User:
    user = known_user(store, user_id)
    if user.kind != "member":
        raise UnknownUser("There is no such member.")
    return user
