"""Use cases around members: sign-up, profiles, status, trading application, administrators."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from events.directory import Profile, UserKind
from services.chassis.clock import rfc3339
from services.directory import domain
from services.directory.accounts import new_account_number
from services.directory.domain import (
    Entity,
    EntityChange,
    EntityChanged,
    FieldsInvalid,
    IdempotencyKeyReused,
    Membership,
    Preferences,
    Tag,
    UnknownEntity,
    UnknownUser,
    User,
)
from services.directory.domain.audit import Entry, differing
from services.directory.domain.catalogue import settled, settled_change
from services.directory.domain.memberships import OWNERS_FIELDS, OwnersOnly
from services.directory.domain.visibility import Audience
from services.directory.handlers.consenting import record
from services.directory.handlers.email_change import address_changed
from services.directory.handlers.placing import located, placed, prepare
from services.directory.handlers.security import weakness_of
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.store.consents import AGREEMENT, TERMS
from services.directory.store.entities import AccountTaken
from services.directory.views import entity_view, user_view

ACCOUNT_TRIES = 5
_NOT_TOLD = frozenset({"entity_id", "version", "created_at", "member_started_at"})
"""Of an entity, in the audit log: what says nothing, or follows from the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """A new member with a new entity, checked."""

    email: str
    password: str = field(repr=False)
    first_name: str = ""
    last_name: str = ""
    telephone: str = ""
    profile: Profile
    offers: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)
    visibility: Mapping[str, Audience] = field(default_factory=dict)
    terms_version: str = ""
    """Of the terms that were agreed to on the form; empty: they will be asked for."""


def sign_up(directory: Directory, by: By, form: SignUp) -> Done:
    """Register user, entity and membership with their events, in one transaction: `{user_id, entity_id, account}`.

    Raises EmailTaken, IdempotencyKeyReused, FieldsInvalid.
    """
    known = (form.email, form.first_name, form.last_name, form.profile.name)
    if weakness := weakness_of(directory, form.password, "member", *known):
        raise FieldsInvalid({"user": {"password": [weakness]}})
    user_id, entity_id = directory.new_id(), directory.new_id()
    by, hashed = replace(by, actor=f"user:{user_id}"), directory.passwords.hash(form.password)
    asked = {name: value for name, value in asdict(form).items() if name != "password"}
    for _ in range(ACCOUNT_TRIES):
        user, entity = _new_user(directory, form, user_id, hashed), new_entity(directory, form, entity_id)
        try:
            done = once(directory, by, asked, _registration(directory, by, form, user, entity))
        except AccountTaken:
            continue
        if done.repeated:
            check_same_person(directory, done, form.password)
        return done
    raise RuntimeError("no free account number was found")


def _new_user(directory: Directory, form: SignUp, user_id: str, hashed: str) -> User:
    return User(
        user_id=user_id,
        kind="member",
        email=form.email,
        password_hash=hashed,
        created_at=directory.clock(),
        first_name=form.first_name,
        last_name=form.last_name,
        telephone=form.telephone,
    )


def new_entity(directory: Directory, form: SignUp, entity_id: str) -> Entity:
    """A business as it is registered, with a fresh account number."""
    now = directory.clock()
    entity = Entity(
        entity_id=entity_id,
        account=new_account_number(directory.below),
        status="pending",
        profile=form.profile,
        offers=tuple(Tag(name, now) for name in form.offers),
        wants=tuple(Tag(name, now) for name in form.wants),
        preferences=form.preferences,
        created_at=now,
        visibility=form.visibility,
    )
    return placed(directory.store, entity)


def _registration(directory: Directory, by: By, form: SignUp, user: User, entity: Entity) -> Callable[[Store], Done]:
    return lambda store: _register(directory, store, by, user, entity, form.terms_version)


def _register(directory: Directory, store: Store, by: By, user: User, entity: Entity, terms_version: str) -> Done:
    entity = settled(entity, store.propagations.aliases())
    position = append(directory, store, by, domain.sign_up(user, entity), entity.created_at)
    store.users.add(replace(user, version=position))
    membership = Membership(entity.entity_id, user.user_id, "owner", since=entity.created_at)
    store.entities.add(replace(entity, version=position), membership)
    entry = Entry(
        action="entity.registered",
        subject=f"entity/{entity.entity_id}",
        after=entity_told(entity),
        concerns=(f"user/{user.user_id}",),
    )
    document = {"user_id": user.user_id, "entity_id": entity.entity_id, "account": entity.account}
    consents = record(store, user.user_id, TERMS, terms_version, entity.created_at)
    return Done(document, position, (entry, *consents))


def check_same_person(directory: Directory, done: Done, password: str) -> None:
    """A repeat is answered with a session: only to who knows the password that the first one set.

    Raises IdempotencyKeyReused.
    """
    user = directory.store.users.find(done.document["user_id"])
    if not directory.passwords.matches(password, user.password_hash if user else None):
        raise IdempotencyKeyReused("This Idempotency-Key belongs to another command: use a new one.")


def create_admin(
    directory: Directory, by: By, *, email: str, kind: UserKind, password: str, until: date | None = None
) -> Done:
    """Register an administrator or auditor, with access until the end of a day (UTC) or without end: User.

    Raises EmailTaken.
    """
    user = User(
        user_id=directory.new_id(),
        kind=kind,
        email=email,
        password_hash=directory.passwords.hash(password),
        created_at=directory.clock(),
        expires_at=expiry(until),
    )

    def work(store: Store) -> Done:
        position = append(directory, store, by, [domain.user_registered(user)], user.created_at)
        store.users.add(replace(user, version=position))
        if kind == "admin":
            # What would make the first one is dead.
            store.setup_link.drop()
        after = {"kind": kind, "email": email, "expires_at": user.expires_at}
        entry = Entry(action="user.registered", subject=f"user/{user.user_id}", after=after)
        return Done(user_view(replace(user, version=position)), position, (entry,))

    return once(directory, by, None, work)


def set_access(directory: Directory, by: By, *, email: str, until: date | None) -> Done:
    """Change until when an administrator or auditor has access; None: without end: User.

    A day that is over ends it now. Raises UnknownUser, for members too: theirs has no end.
    """

    def work(store: Store) -> Done:
        user = store.users.of_email(email)
        if user is None or user.kind == "member":
            raise UnknownUser("No administrator or auditor has this address.")
        changed = replace(user, expires_at=expiry(until))
        store.users.give_access(user.user_id, changed.expires_at)
        if not changed.has_access(directory.now()):
            store.sessions.end_all(user.user_id)
        before, after = differing({"expires_at": user.expires_at}, {"expires_at": changed.expires_at})
        entry = Entry(action="user.access-changed", subject=f"user/{user.user_id}", before=before, after=after)
        return Done(user_view(changed), 0, (entry,))

    return once(directory, by, None, work)


def expiry(until: date | None) -> str | None:
    """When the day is over, UTC."""
    return rfc3339(datetime.combine(until, time(), UTC) + timedelta(days=1)) if until else None


def change_user(directory: Directory, by: By, user_id: str, changes: Mapping[str, str]) -> Done:
    """Change names, telephone, address of a user: User. Raises UnknownUser, EmailTaken."""
    asked = ["change_user", user_id, dict(changes)]
    return once(directory, by, asked, lambda store: user_changed(directory, store, by, user_id, changes))


def user_changed(directory: Directory, store: Store, by: By, user_id: str, changes: Mapping[str, str]) -> Done:
    """The same, in the transaction of `store`."""
    before = known_user(store, user_id)
    user, events = domain.change_user(before, changes)
    if not events:
        return Done(user_view(user), 0)
    if _acts_for_trading_member(store, user_id):
        domain.refuse_clearing(before, changes)
    position = append(directory, store, by, events, directory.clock())
    store.users.save(replace(user, version=position))
    if user.email != before.email:
        position = address_changed(directory, store, by, before, user)
        store.users.touched(user_id, position)
    was, is_ = differing(user_view(before), user_view(user))
    entry = Entry(action="user.changed", subject=f"user/{user_id}", before=was, after=is_)
    return Done(user_view(replace(user, version=position)), position, (entry,))


def _acts_for_trading_member(store: Store, user_id: str) -> bool:
    entities = store.entities.of_ids([membership.entity_id for membership in store.entities.memberships_of(user_id)])
    return any(entity.status == "tradingAccepted" for entity in entities)


def change_entity(
    directory: Directory, by: By, entity_id: str, change: EntityChange, *, is_operator: bool = False
) -> Done:
    """Change anything about an entity: EntityView.

    Raises UnknownEntity, OwnersOnly for what an operator may not change, FieldsInvalid, StatusNotAllowed,
    StatusDecided, EntityChanged.
    """
    change = replace(change, actor=by.actor)

    def work(store: Store) -> Done:
        return entity_changed(directory, store, by, entity_id, change, is_operator=is_operator)

    prepare(directory.store)
    told = {name: value for name, value in asdict(change).items() if name != "expected_versions" or value is not None}
    return once(directory, by, ["change_entity", entity_id, told], work)


def entity_changed(
    directory: Directory, store: Store, by: By, entity_id: str, change: EntityChange, *, is_operator: bool = False
) -> Done:
    """The same, in the transaction of `store`; call `placing.prepare` before it."""
    change, aliases, now = replace(change, actor=by.actor), store.propagations.aliases(), directory.clock()
    # What a rename of tags or categories has not reached yet has its new names from here on.
    before, wanted = settled(known_entity(store, entity_id), aliases), settled_change(change, aliases)
    if is_operator:
        _hold_operator(before, wanted)
    domain.must_be_open(before)
    if change.expected_versions is not None and before.version not in change.expected_versions:
        raise EntityChanged("This business has changed since you read it: read it again, then change it.")
    decided = domain.change_entity(before, located(directory.store, before, wanted), now)
    return _save(directory, store, by, before, decided, now, change.reason)


def _hold_operator(entity: Entity, change: EntityChange) -> None:
    """Raises OwnersOnly for another name, form, number or turnover; the same as it is changes nothing."""
    asked = {name: change.profile[name] for name in OWNERS_FIELDS & change.profile.keys()}
    if any(value != getattr(entity.profile, name) for name, value in asked.items()):
        raise OwnersOnly("Name, legal form, company number and turnover are for the owners of the business to change.")


def apply_for_trading(directory: Directory, by: By, entity_id: str, user_id: str, terms_version: str = "") -> Done:
    """A member asks to trade: EntityView. Raises UnknownEntity, UnknownUser, WrongStatus, ApplicationIncomplete."""

    def work(store: Store) -> Done:
        before, user, now = known_entity(store, entity_id), store.users.find(user_id), directory.clock()
        if user is None:
            raise UnknownUser("There is no such user.")
        decided = domain.apply_for_trading(before, user, now, terms_version, by.actor)
        done = _save(directory, store, by, before, decided, now)
        consents = record(store, user_id, AGREEMENT, terms_version, now, entity_id)
        return replace(done, entries=(*done.entries, *consents))

    return once(directory, by, ["apply_for_trading", entity_id, terms_version], work)


def known_user(store: Store, user_id: str) -> User:
    """The user. Raises UnknownUser."""
    user = store.users.find(user_id)
    if user is None:
        raise UnknownUser("There is no such user.")
    return user


def known_entity(store: Store, entity_id: str) -> Entity:
    """Raises UnknownEntity."""
    entity = store.entities.find(entity_id)
    if entity is None:
        raise UnknownEntity("There is no such business.")
    return entity


def _save(
    directory: Directory, store: Store, by: By, before: Entity, decided: domain.Decision, now: str, reason: str = ""
) -> Done:
    entity, events = decided
    if not events:
        return Done(entity_view(entity), 0)
    position = append(directory, store, by, events, now)
    entity = replace(entity, version=position)
    store.entities.save(entity)
    if entity.listed:
        store.entities.use_tags(*_new_tags(before, entity), now)
    made = store.catalogue.ensure([name for name in entity.categories if name not in before.categories], now)
    created = tuple(Entry(action="category.created", subject=f"category/{name}") for name in made)
    return Done(entity_view(entity), position, (*_entries(before, entity, reason), *created))


def _entries(before: Entity, after: Entity, reason: str) -> tuple[Entry, ...]:
    """A decision about the status is an entry of its own."""
    subject = f"entity/{after.entity_id}"
    was, is_ = differing(entity_told(before), entity_told(replace(after, status=before.status)))
    changed = Entry(action="entity.changed", subject=subject, before=was, after=is_)
    was, is_ = {"status": before.status}, {"status": after.status}
    if after.application != before.application and after.application:
        is_["terms_version"] = after.application.terms_version
    decided = Entry(action="entity.status-changed", subject=subject, before=was, after=is_, reason=reason)
    return (*((changed,) if changed.after else ()), *((decided,) if was != is_ else ()))


def entity_told(entity: Entity) -> dict[str, Any]:
    """What the audit log says of an entity."""
    return {name: value for name, value in entity_view(entity).items() if name not in _NOT_TOLD}


def _new_tags(before: Entity, after: Entity) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Offers and wants that are new to the listed ones (behaviour.md 3.7)."""
    known_offers, known_wants = (before.offers, before.wants) if before.listed else ((), ())
    offers = tuple(name for name in domain.names(after.offers) if name not in domain.names(known_offers))
    wants = tuple(name for name in domain.names(after.wants) if name not in domain.names(known_wants))
    return offers, wants
