"""Members, their entities and what may change in them: values, decisions, errors. Pure.

Decisions take the entity as it is and give the entity as it will be, with the events that say so.
Texts arrive checked and normalised (schemas.py); time, ids and randomness are arguments.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from events.directory import (
    CategoriesChanged,
    EntityProfileChanged,
    EntityRegistered,
    EntityStatusChanged,
    MembershipChanged,
    OffersWantsChanged,
    PreferencesChanged,
    Profile,
    Role,
    Status,
    TradingApplicationSubmitted,
    UserKind,
    UserProfileChanged,
    UserRegistered,
)
from events.envelope import Event

STATUSES: tuple[str, ...] = get_args(Status)
LISTED: frozenset[str] = frozenset({"accepted", "tradingPending", "tradingAccepted", "tradingRejected"})
"""The statuses that the public sees and whose tags count (behaviour.md 3.1)."""

LoginKind = Literal["member", "admin"]

PASSWORD_MIN, PASSWORD_MAX = 8, 100
TRADING_FIELDS = ("inc_type", "description", "address", "city", "region", "postal_code", "country")
"""What a trading member must say of its business, beside its name (behaviour.md P8)."""
TRADING_USER_FIELDS = ("first_name", "last_name", "telephone")
_PROFILE_FIELDS = frozenset(item.name for item in fields(Profile))


class DirectoryError(Exception):
    """A rule of the directory says no."""


class EmailTaken(DirectoryError):
    """The address belongs to a user already."""


class UnknownUser(DirectoryError):
    """There is no such user, or the caller may not know."""


class UnknownEntity(DirectoryError):
    """There is no such entity, or the caller may not know."""


class EntityNotYours(DirectoryError):
    """The caller is no member of the entity."""


class LoginFailed(DirectoryError):
    """Unknown address or wrong password: nobody is told which."""


class LoginLocked(DirectoryError):
    """Too many failures, of this identity or from this address; `retry_after` seconds are left of the lock."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AccessEnded(DirectoryError):
    """The password is right, but this login was given until a date that has passed."""


class UnknownSession(DirectoryError):
    """The session has ended, or never was."""


class ResetInvalid(DirectoryError):
    """The one-time link was used, has expired, or never was."""


class IdempotencyKeyReused(DirectoryError):
    """The key belongs to another command."""


class FieldsInvalid(DirectoryError):
    """Some fields can't be as they were sent; `errors` says which and why."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__("Some fields need correcting.")
        self.errors = errors


class ApplicationIncomplete(FieldsInvalid):
    """A trading application needs more than is known."""


class WrongStatus(DirectoryError):
    """Only a member that is accepted, and not yet more, can apply to trade."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that an entity has, and since when (RFC 3339)."""

    name: str
    added_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What an entity wants to be told."""

    daily_match_mail: bool = True
    matches_since_last_login: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A business. `version` is the position of the last event about it."""

    entity_id: str
    account: str
    status: Status
    profile: Profile
    offers: tuple[Tag, ...]
    wants: tuple[Tag, ...]
    created_at: str
    categories: tuple[str, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)
    member_started_at: str | None = None
    version: int = 0

    @property
    def listed(self) -> bool:
        return self.status in LISTED


@dataclass(frozen=True, slots=True)
class Login:
    """One login: when (RFC 3339) and from which network address."""

    at: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who logs in. `version` is the position of the last event about the user."""

    user_id: str
    kind: UserKind
    email: str
    password_hash: str = field(repr=False)
    created_at: str
    first_name: str = ""
    last_name: str = ""
    telephone: str = ""
    last_login: Login | None = None
    previous_login: Login | None = None
    version: int = 0
    expires_at: str | None = None
    """RFC 3339: from then on there is no access. None: without end, as members have it."""

    def has_access(self, now: datetime) -> bool:
        """Whether the login may be used."""
        return self.expires_at is None or now < datetime.fromisoformat(self.expires_at)

    @property
    def last_day(self) -> str:
        """The last day with access, UTC: 2027-06-30. Empty when there is no end."""
        if self.expires_at is None:
            return ""
        return (datetime.fromisoformat(self.expires_at) - timedelta(microseconds=1)).date().isoformat()

    @property
    def login_kind(self) -> LoginKind:
        return "member" if self.kind == "member" else "admin"


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's part in an entity."""

    entity_id: str
    user_id: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityChange:
    """What is asked to change; None = as it is. `profile` has the named fields alone."""

    profile: Mapping[str, Any] = field(default_factory=dict)
    offers: tuple[str, ...] | None = None
    wants: tuple[str, ...] | None = None
    preferences: Mapping[str, bool] = field(default_factory=dict)
    status: Status | None = None
    reason: str = ""
    categories: tuple[str, ...] | None = None


Decision = tuple[Entity, list[Event]]


def email_identity(text: str) -> str:
    """The one form of an address: NFC, trimmed, case-folded (behaviour.md, decisions: email identity)."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def password_problems(password: str) -> list[str]:
    """Why a password can't be taken; empty when it can. Length is in characters after NFC."""
    length = len(unicodedata.normalize("NFC", password))
    checks = {
        f"The password needs at least {PASSWORD_MIN} characters.": length >= PASSWORD_MIN,
        f"The password has at most {PASSWORD_MAX} characters.": length <= PASSWORD_MAX,
        "The password needs a letter.": any(sign.isalpha() for sign in password),
        "The password needs a digit.": any(sign.isdigit() for sign in password),
        "The password needs a special character.": any(_is_special(sign) for sign in password),
    }
    return [problem for problem, holds in checks.items() if not holds]


def _is_special(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "PS"


def sign_up(user: User, entity: Entity) -> list[Event]:
    """The events of a new member with a new entity."""
    return [
        user_registered(user),
        EntityRegistered(
            entity_id=entity.entity_id,
            account=entity.account,
            status=entity.status,
            profile=entity.profile,
            offers=names(entity.offers),
            wants=names(entity.wants),
            categories=entity.categories,
        ),
        MembershipChanged(entity_id=entity.entity_id, user_id=user.user_id, role="owner"),
        _preferences_changed(entity),
    ]


def user_registered(user: User) -> UserRegistered:
    """The event of a new user."""
    return UserRegistered(
        user_id=user.user_id,
        kind=user.kind,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
    )


def change_user(user: User, changes: Mapping[str, Any]) -> tuple[User, list[Event]]:
    """`user` with `first_name`, `last_name`, `telephone`, `email` as given; no event if nothing differs."""
    changed = replace(user, **changes)
    if changed == user:
        return user, []
    event = UserProfileChanged(
        user_id=user.user_id, email=changed.email, first_name=changed.first_name, last_name=changed.last_name
    )
    return changed, [event]


def change_entity(entity: Entity, change: EntityChange, now: str) -> Decision:
    """Everything that `change` asks for, in the order of the events. Raises FieldsInvalid."""
    events: list[Event] = []
    for step in (_change_profile, _change_tags, _change_categories, _change_preferences, _change_status):
        entity, happened = step(entity, change, now)
        events += happened
    return entity, events


def apply_for_trading(entity: Entity, user: User, now: str) -> Decision:
    """An accepted member asks to trade: it waits for an administrator. Raises WrongStatus, ApplicationIncomplete."""
    if entity.status != "accepted":
        raise WrongStatus("Only a member that was accepted, and has not applied yet, can apply to trade.")
    missing = [name for name in TRADING_FIELDS if not getattr(entity.profile, name)]
    missing += [name for name in TRADING_USER_FIELDS if not getattr(user, name)]
    if missing:
        raise ApplicationIncomplete({name: ["This is needed of a trading member."] for name in missing})
    submitted = TradingApplicationSubmitted(entity_id=entity.entity_id, user_id=user.user_id)
    entity, events = _change_status(entity, EntityChange(status="tradingPending"), now)
    return entity, [submitted, *events]


def names(tags: Sequence[Tag]) -> tuple[str, ...]:
    """The tags without their times."""
    return tuple(tag.name for tag in tags)


def _change_profile(entity: Entity, change: EntityChange, _: str) -> Decision:
    before = {name: getattr(entity.profile, name) for name in change.profile if name in _PROFILE_FIELDS}
    differing = {name: value for name, value in change.profile.items() if value != before[name]}
    if not differing:
        return entity, []
    if entity.status == "tradingAccepted":
        _refuse_clearing(differing)
    event = EntityProfileChanged(
        entity_id=entity.entity_id,
        before=_given({name: before[name] for name in differing}),
        after=_given(differing),
    )
    return replace(entity, profile=replace(entity.profile, **differing)), [event]


def _refuse_clearing(differing: Mapping[str, Any]) -> None:
    cleared = [name for name in TRADING_FIELDS if name in differing and not differing[name]]
    if cleared:
        raise FieldsInvalid({name: ["A trading member can't leave this empty."] for name in cleared})


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None)}


def _change_tags(entity: Entity, change: EntityChange, now: str) -> Decision:
    offers = _retagged(entity.offers, change.offers, now)
    wants = _retagged(entity.wants, change.wants, now)
    if (offers, wants) == (entity.offers, entity.wants):
        return entity, []
    event = OffersWantsChanged(
        entity_id=entity.entity_id,
        offers=names(offers),
        wants=names(wants),
        offers_added=_without(offers, entity.offers),
        offers_removed=_without(entity.offers, offers),
        wants_added=_without(wants, entity.wants),
        wants_removed=_without(entity.wants, wants),
    )
    return replace(entity, offers=offers, wants=wants), [event]


def _retagged(tags: tuple[Tag, ...], wanted: tuple[str, ...] | None, now: str) -> tuple[Tag, ...]:
    if wanted is None:
        return tags
    since = {tag.name: tag.added_at for tag in tags}
    return tuple(Tag(name, since.get(name, now)) for name in wanted)


def _without(tags: Sequence[Tag], others: Sequence[Tag]) -> tuple[str, ...]:
    return tuple(name for name in names(tags) if name not in names(others))


def _change_categories(entity: Entity, change: EntityChange, _: str) -> Decision:
    if change.categories is None or change.categories == entity.categories:
        return entity, []
    changed = replace(entity, categories=change.categories)
    return changed, [CategoriesChanged(entity_id=entity.entity_id, categories=change.categories)]


def _change_preferences(entity: Entity, change: EntityChange, _: str) -> Decision:
    changed = replace(entity, preferences=replace(entity.preferences, **change.preferences))
    return (entity, []) if changed == entity else (changed, [_preferences_changed(changed)])


def _preferences_changed(entity: Entity) -> PreferencesChanged:
    return PreferencesChanged(
        entity_id=entity.entity_id,
        daily_match_mail=entity.preferences.daily_match_mail,
        matches_since_last_login=entity.preferences.matches_since_last_login,
    )


def _change_status(entity: Entity, change: EntityChange, now: str) -> Decision:
    """Any status to any other; the same again is no event. Tags count as new when a member becomes listed."""
    if change.status is None or change.status == entity.status:
        return entity, []
    started = now if change.status == "tradingAccepted" else None
    changed = replace(entity, status=change.status, member_started_at=entity.member_started_at or started)
    if changed.listed and not entity.listed:
        changed = replace(changed, offers=_added(changed.offers, now), wants=_added(changed.wants, now))
    event = EntityStatusChanged(
        entity_id=entity.entity_id,
        account=entity.account,
        previous=entity.status,
        status=change.status,
        reason=change.reason,
    )
    return changed, [event]


def _added(tags: tuple[Tag, ...], now: str) -> tuple[Tag, ...]:
    return tuple(Tag(tag.name, now) for tag in tags)
