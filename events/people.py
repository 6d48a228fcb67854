"""What the directory announces about people: who there is, who belongs to which business, who acts for whom.

Part of `events.directory`, which everybody imports.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

Role = Literal["owner", "operator"]
UserKind = Literal["member", "admin", "coordinator", "auditor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered:
    TYPE: ClassVar[str] = "directory.user-registered.v1"
    user_id: str
    kind: UserKind
    email: str
    first_name: str = ""
    last_name: str = ""

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserProfileChanged:
    """The user's mail name and address as they are now."""

    TYPE: ClassVar[str] = "directory.user-profile-changed.v1"
    user_id: str
    email: str
    first_name: str
    last_name: str

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserClosed:
    """The user is gone: whoever keeps personal data about it deletes it now."""

    TYPE: ClassVar[str] = "directory.user-closed.v1"
    user_id: str

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChanged:
    """A user joined, left or changed role in an entity. `role` is absent when the user left.

    Operators may be limited: `view_only` (absent: no) and `max_amount` of one transfer, in minor units (absent: any).
    """

    TYPE: ClassVar[str] = "directory.membership-changed.v1"
    entity_id: str
    user_id: str
    role: Role | None = None
    view_only: bool | None = None
    max_amount: int | None = None
    what: Literal["joined", "changed", "left"] | None = None
    """What is told; absent at a sign-up, which is told in other words."""

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAccessChanged:
    """A login was stopped, goes on, got another last day, or is gone: `active` says whether it may be used."""

    TYPE: ClassVar[str] = "directory.user-access-changed.v1"
    user_id: str
    kind: UserKind
    active: bool

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBehalfBegan:
    """An administrator acts for a business, until then at the latest. What is done names both."""

    TYPE: ClassVar[str] = "directory.on-behalf-began.v1"
    entity_id: str
    user_id: str
    """The administrator's."""
    reason: str
    until: str

    @property
    def subject(self) -> str:
        return f"entity/{self.entity_id}"
