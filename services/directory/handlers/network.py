"""Use cases around the settings of the network, and around the one-time link by which an empty one is set up.

The link makes the first administrator, so it is worth as much as one: its secret is kept as a digest, it lives for a
day and works once, and it is dead as soon as there is an administrator, however that one was made.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta

from services.directory import domain
from services.directory.domain import FieldsInvalid, User
from services.directory.domain.audit import Entry, differing
from services.directory.domain.network import (
    AlreadySetUp,
    Network,
    SetupLinkInvalid,
    change_network,
    network_told,
)
from services.directory.handlers.members import check_same_person
from services.directory.handlers.security import weakness_of
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store

LINK_LIFETIME = timedelta(hours=24)
_SUBJECT = "network/settings"
_DEAD = "This link was used or has expired, or the network has an administrator already."


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """The first administrator, and what the network is called from the beginning; checked."""

    email: str
    password: str = field(repr=False)
    first_name: str = ""
    last_name: str = ""
    network: Mapping[str, str] = field(default_factory=dict)


def change(directory: Directory, by: By, changes: Mapping[str, str], expected: Collection[int] | None) -> Done:
    """Change some of the settings, if they still have one of the versions `expected`: Network.

    Raises NetworkChanged.
    """

    def work(store: Store) -> Done:
        before = store.network.read()
        after = change_network(before, changes, expected, directory.clock())
        return Done(asdict(after), 0, _saved(store, before, after))

    told = sorted(expected) if expected is not None else None
    return once(directory, by, ["change_network", dict(changes), told], work)


def _saved(store: Store, before: Network, after: Network) -> tuple[Entry, ...]:
    if after == before:
        return ()
    store.network.save(after)
    was, is_ = differing(network_told(before), network_told(after))
    return (Entry(action="network.changed", subject=_SUBJECT, before=was, after=is_),)


def make_link(directory: Directory, by: By) -> str:
    """The secret of a fresh link; an earlier one is dead. Raises AlreadySetUp."""
    secret = directory.new_secret()

    def work(store: Store) -> Done:
        if store.users.administered():
            raise AlreadySetUp("This network has an administrator already.")
        store.setup_link.put(secret, directory.now() + LINK_LIFETIME)
        return Done({}, 0, (Entry(action="network.setup-link-made", subject=_SUBJECT),))

    once(directory, replace(by, key=None), None, work)
    return secret


def check_link(directory: Directory, secret: str) -> None:
    """Raises SetupLinkInvalid unless it may be used."""
    if directory.store.users.administered() or not directory.store.setup_link.lives(secret, directory.now()):
        raise SetupLinkInvalid(_DEAD)


def set_up(directory: Directory, by: By, secret: str, form: SetUp) -> Done:
    """Register the first administrator and set what the network is called, in one transaction: `{user_id}`.

    Raises SetupLinkInvalid, FieldsInvalid, EmailTaken, IdempotencyKeyReused. Of two at once with one link, or with a
    link and `create-admin`, one wins: all of them write the counter of the audit log.
    """
    if not (by.key and directory.store.outcomes.find(by.key)):
        # Asked first: hashing is dear, and a dead link must not cost it. A repeat is answered as the first time.
        check_link(directory, secret)
    if weakness := weakness_of(directory, form.password, "admin", form.email, form.first_name, form.last_name):
        raise FieldsInvalid({"user": {"password": [weakness]}})
    user = _first_admin(directory, form)
    by = replace(by, actor=f"admin:{user.user_id}")

    def work(store: Store) -> Done:
        if store.users.administered() or not store.setup_link.take(secret, directory.now()):
            raise SetupLinkInvalid(_DEAD)
        position = append(directory, store, by, [domain.user_registered(user)], user.created_at)
        store.users.add(replace(user, version=position))
        before = store.network.read()
        after = change_network(before, form.network, None, directory.clock())
        registered = Entry(
            action="user.registered", subject=f"user/{user.user_id}", after={"kind": user.kind, "email": user.email}
        )
        return Done({"user_id": user.user_id}, position, (registered, *_saved(store, before, after)))

    asked = {name: value for name, value in asdict(form).items() if name != "password"}
    done = once(directory, by, ["set_up", asked], work)
    if done.repeated:
        check_same_person(directory, done, form.password)
    return done


def _first_admin(directory: Directory, form: SetUp) -> User:
    return User(
        user_id=directory.new_id(),
        kind="admin",
        email=form.email,
        password_hash=directory.passwords.hash(form.password),
        created_at=directory.clock(),
        first_name=form.first_name,
        last_name=form.last_name,
    )
