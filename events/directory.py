"""What the directory announces on `directory.events`: who there is, what they offer and want, who may do what.

No password, token or one-time link is ever in here: what must be mailed once travels encrypted
as `OneTimeMessage` on `directory.messages`, which keeps records for a day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from events.people import (
    MembershipChanged,
    OnBehalfBegan,
    Role,
    UserAccessChanged,
    UserClosed,
    UserKind,
    UserProfileChanged,
    UserRegistered,
)

__all__ = [
    "EVENTS",
    "CategoriesChanged",
    "CategoryRemoved",
    "CategoryRenamed",
    "ContactMessageSent",
    "EntityClosed",
    "EntityForgotten",
    "EntityProfileChanged",
    "EntityRegistered",
    "EntityStatusChanged",
    "MembershipChanged",
    "OffersWantsChanged",
    "OnBehalfBegan",
    "OneTimeMessage",
    "PasswordResetRequested",
    "Place",
    "PreferencesChanged",
    "Profile",
    "Role",
    "SecurityNotice",
    "Status",
    "TagRemoved",
    "TagRenamed",
    "TradingApplicationSubmitted",
    "UserAccessChanged",
    "UserClosed",
    "UserKind",
    "UserProfileChanged",
    "UserRegistered",
]

Status = Literal["pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Up to 500 m beside the real one, always the same.

    WGS 84 degrees as text with five decimals: canonical JSON has no floats.
    """

    latitude: str
    longitude: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an entity says of itself. Empty text means: not given."""

    name: str
    email: str = ""
    telephone: str = ""
    inc_type: str = ""
    company_number: str = ""
    website: str = ""
    declared_turnover: int | None = None
    description: str = ""
    address: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRegistered:
    TYPE: ClassVar[str] = "directory.entity-registered.v1"
    entity_id: str
    account: str
    """16 digits with a Luhn check digit: also the ledger's account id."""
    status: Status
    profile: Profile
    offers: Sequence[str]
    wants: Sequence[str]
    categories: Sequence[str]
    imported: bool | None = None
    """True for one that an administrator brought in by a file: it is not welcomed as one that signed up."""

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityProfileChanged:
    """Both empty: something changed that is not told here (who may see what, the picture)."""

    TYPE: ClassVar[str] = "directory.entity-profile-changed.v1"
    entity_id: str
    before: Mapping[str, Any]
    """The changed fields of `Profile` alone, as they were; one that is absent was not given."""
    after: Mapping[str, Any]
    """The changed fields of `Profile` alone, as they are now; one that is in `before` alone was cleared."""

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityStatusChanged:
    TYPE: ClassVar[str] = "directory.entity-status-changed.v1"
    entity_id: str
    account: str
    previous: Status
    status: Status
    reason: str = ""

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityClosed:
    TYPE: ClassVar[str] = "directory.entity-closed.v1"
    entity_id: str
    account: str
    reason: str = ""

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityForgotten:
    """A closed entity's account is settled: whoever keeps personal data about it deletes it now."""

    TYPE: ClassVar[str] = "directory.entity-forgotten.v1"
    entity_id: str
    account: str

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersWantsChanged:
    """The complete lists as they are now, and what was added and removed."""

    TYPE: ClassVar[str] = "directory.offers-wants-changed.v1"
    entity_id: str
    offers: Sequence[str]
    wants: Sequence[str]
    offers_added: Sequence[str]
    offers_removed: Sequence[str]
    wants_added: Sequence[str]
    wants_removed: Sequence[str]

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoriesChanged:
    """The complete list of an entity's categories as it is now."""

    TYPE: ClassVar[str] = "directory.categories-changed.v1"
    entity_id: str
    categories: Sequence[str]

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRenamed:
    """Everybody who offers or wants `name` offers or wants `to` from now on; who has both has it once.

    In place of an event for each of them: the first of the two places is kept, and the earlier of the two times.
    """

    TYPE: ClassVar[str] = "directory.tag-renamed.v1"
    name: str
    to: str

    @property
    def subject(self) -> str:
        return f"tag/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRemoved:
    """Nobody offers or wants `name` any more."""

    TYPE: ClassVar[str] = "directory.tag-removed.v1"
    name: str

    @property
    def subject(self) -> str:
        return f"tag/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRenamed:
    """Every entity in the category `name` is in `to` from now on; who was in both is in it once."""

    TYPE: ClassVar[str] = "directory.category-renamed.v1"
    name: str
    to: str

    @property
    def subject(self) -> str:
        return f"category/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRemoved:
    """No entity is in the category `name` any more."""

    TYPE: ClassVar[str] = "directory.category-removed.v1"
    name: str

    @property
    def subject(self) -> str:
        return f"category/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesChanged:
    """An entity's mail preferences as they are now."""

    TYPE: ClassVar[str] = "directory.preferences-changed.v1"
    entity_id: str
    daily_match_mail: bool
    matches_since_last_login: bool
    contact_mail: bool | None = None
    """Whether other members may write to it from its page; absent: they may, as in the beginning."""

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingApplicationSubmitted:
    TYPE: ClassVar[str] = "directory.trading-application-submitted.v1"
    entity_id: str
    user_id: str

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested:
    TYPE: ClassVar[str] = "directory.password-reset-requested.v1"
    user_id: str

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityNotice:
    """Something a user should know about the own login."""

    TYPE: ClassVar[str] = "directory.security-notice.v1"
    user_id: str
    what: Literal[
        "password-changed",
        "locked",
        "new-sign-in",
        "two-factor-on",
        "two-factor-off",
        "two-factor-reset",
        "recovery-code-used",
        "api-token-created",
        "email-changed",
    ]
    """`two-factor-reset` is an administrator's doing; `locked` also means three wrong codes after a right password."""
    device: str | None = None
    """Of `new-sign-in`: browser and system in words, at most 60 signs; never an address or a mark of the device."""

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMessageSent:
    """A user of the entity `sender` mailed something to the entity `receiver`; what, nobody keeps."""

    TYPE: ClassVar[str] = "directory.contact-message-sent.v1"
    message_id: str
    user_id: str
    sender: str
    receiver: str

    @property
    def subject(self) -> str:
        return f"contact/{self.message_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeMessage:
    """On `directory.messages` alone: what may be mailed once and must not be kept.

    `ciphertext` is a Fernet token over a JSON object; of kinds `password-reset` and `import-invitation`:
    {"token": ...}. `address` in it is
    where to write to instead of the user's own address: `email-change` {"token", "address"} to the new one,
    `email-change-old` {"token", "address", "new_address"} to the one so far, `email-change-taken` {"address"} to a new
    one that another user has, `email-changed` {"address", "new_address"} to the former one when it is done.
    `invitation` {"token", "address", "business"} goes to whom the user (who invites) wants in a business,
    `staff-invitation` {"token"} to a new administrator, coordinator or auditor, who sets the password by it.
    """

    TYPE: ClassVar[str] = "directory.one-time-message.v1"
    message_id: str
    kind: Literal[
        "password-reset",
        "email-change",
        "email-change-old",
        "email-change-taken",
        "email-changed",
        "invitation",
        "staff-invitation",
        "contact",
        "contact-copy",
        "import-invitation",
    ]
    user_id: str
    ciphertext: str
    expires_at: str
    to_entity: str | None = None
    """To this entity instead of the user: `contact` {"body", "sender" (a name), "reply_to", "token" (reports it)} and
    `contact-copy` {"body", "receiver" (a name)}; `user_id` is who wrote."""

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


EVENTS = (
    EntityRegistered,
    EntityProfileChanged,
    EntityStatusChanged,
    EntityClosed,
    EntityForgotten,
    OffersWantsChanged,
    CategoriesChanged,
    TagRenamed,
    TagRemoved,
    CategoryRenamed,
    CategoryRemoved,
    UserRegistered,
    UserProfileChanged,
    UserClosed,
    MembershipChanged,
    PreferencesChanged,
    TradingApplicationSubmitted,
    UserAccessChanged,
    OnBehalfBegan,
    PasswordResetRequested,
    SecurityNotice,
    ContactMessageSent,
    OneTimeMessage,
)
