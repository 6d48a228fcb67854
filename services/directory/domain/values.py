"""Users, businesses and what ties them together, as the directory keeps them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from events.directory import Profile, Role, Status, UserKind
from services.directory.domain.figures import Figures
from services.directory.domain.places import ExactPlace
from services.directory.domain.statuses import ADMIN, Application, StatusDecision
from services.directory.domain.visibility import Audience

STATUSES: tuple[str, ...] = get_args(Status)
LISTED: frozenset[str] = frozenset({"accepted", "tradingPending", "tradingAccepted", "tradingRejected"})
"""The statuses that the public sees and whose tags count (behaviour.md 3.1)."""

LoginKind = Literal["member", "admin"]


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
    contact_mail: bool = True
    """Other members may write to it from its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A business. `version` is the position of the last event about it, `revision` grows with every change of it.

    `revision` and `figures` are the store's affair: a decision never changes them.
    """

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
    decisions: tuple[StatusDecision, ...] = ()
    """How its status came to be, oldest first; the latest ones."""
    application: Application | None = None
    """To trade: the last one."""
    exact_place: ExactPlace | None = None
    """Where it really is: `profile.place` is what may be told."""
    visibility: Mapping[str, Audience] = field(default_factory=dict)
    """What was chosen for some fields; the rest are as visibility.DEFAULTS has them."""
    picture: str = ""
    """The name of its picture; empty: none."""
    revision: int = 0
    figures: Figures | None = None
    """What the ledger says of its account; None until it has said something."""
    closed_at: str | None = None
    """From then on it is in no list; what is known of it stays until its account is settled."""
    forgotten_at: str | None = None
    """From then on nothing personal is known of it."""

    @property
    def listed(self) -> bool:
        return self.status in LISTED and self.closed_at is None


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
    two_factor: bool = False
    """Whether a second factor is on."""
    terms_version: str = ""
    """Of the terms, the version agreed to last."""
    expires_at: str | None = None
    """RFC 3339: from then on there is no access. None: without end, as members have it."""
    suspended: bool = False
    """An administrator has stopped the login, until it goes on."""

    def has_access(self, now: datetime) -> bool:
        """Whether the login may be used."""
        return not self.suspended and self.is_in_time(now)

    def is_in_time(self, now: datetime) -> bool:
        """Whether the access has not ended."""
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
    view_only: bool = False
    """An operator who looks, and moves nothing."""
    max_amount: int | None = None
    """The most that one transfer of an operator may move, in minor units."""
    since: str = ""
    """RFC 3339; empty for those who were there before it was kept."""


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
    expected_status: Status | None = None
    """What whoever decides about the status has seen it to be."""
    expected_versions: tuple[int, ...] | None = None
    """Of the business, those that whoever changes it has seen; None: whatever it is."""
    role: str = ADMIN
    """As which it is decided (`statuses.TABLE`)."""
    actor: str = ""
    """Who decides, for the history."""
    exact_place: ExactPlace | None = None
    """Counts when `profile` has a place: that is then the one to tell."""
    visibility: Mapping[str, Audience] = field(default_factory=dict)
    picture: str | None = None
    """The name of the new one; empty: none any more."""


def names(tags: Sequence[Tag]) -> tuple[str, ...]:
    """The tags without their times."""
    return tuple(tag.name for tag in tags)
