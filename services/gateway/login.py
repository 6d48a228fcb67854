"""A person who is logged in, the businesses that they may act for, and as what. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from services.chassis.tokens import Caller

Acting = Literal["owner", "operator"]
"""What somebody must be of a business; an owner may do all that an operator may, who looks only may do neither."""

PROGRAM = "sa-"
"""What the id of a service account begins with."""

Limits = Mapping[str, tuple[bool, int | None]]
"""Entity id to `view_only` and `max_amount`, of those that somebody is an operator of."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A business that a person belongs to."""

    entity_id: str
    account: str
    name: str = ""
    status: str = ""
    """One of the six; empty while the directory is down."""
    role: str = "owner"
    view_only: bool = False
    max_amount: int | None = None
    """The most that one transfer may move, in minor units; None: no bound."""

    @property
    def trades(self) -> bool:
        """Whether it may trade, or whether we can't know because the directory is down: the ledger decides then."""
        return self.status in ("tradingAccepted", "")

    def may(self, acting: Acting) -> bool:
        """Whether the person may act for it as that."""
        return self.role == "owner" or (acting == "operator" and not self.view_only)


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """An administrator acts for a member: since when it is allowed, and why."""

    until: str
    """RFC 3339."""
    reason: str


@dataclass(frozen=True, slots=True)
class Login:
    """A person who is logged in."""

    session_id: str
    user_id: str
    roles: frozenset[str]
    """Of `member`, `admin`, `coordinator`, `auditor`; `member` for an administrator who acts for one."""
    entities: tuple[Membership, ...]
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    previous_login: Mapping[str, Any] | None = field(default=None, hash=False)
    """`{at, address}`, or None at the first login."""
    position: int = 0
    confirmed: bool = True
    """False when the directory is down and the token alone is believed: names and statuses are then empty."""
    on_behalf: OnBehalf | None = None
    two_factor: bool = False
    must_set_up_two_factor: bool = False
    """A second factor is required and there is none: until then the session may do nothing but set it up."""
    terms_version: str = ""
    """Of the terms that the person agreed to last."""
    own_roles: frozenset[str] = frozenset()
    """An administrator's own, while acting for a member."""
    scopes: frozenset[str] | None = None
    """Of an API token; None for a login, which may do all that its roles may."""
    token_id: str = ""
    """Of an API token."""
    service_account: bool = False
    """No person: a program of the office, by a token of a service account."""
    day_limit: int | None = None
    """The most that the token may move out in a day; None: no such bound."""

    @property
    def accounts(self) -> dict[str, str]:
        """Entity id to account number."""
        return {item.entity_id: item.account for item in self.entities}

    @property
    def limits(self) -> Limits:
        """Of those that the person is an operator of."""
        return {item.entity_id: (item.view_only, item.max_amount) for item in self.entities if item.role == "operator"}

    @property
    def on_behalf_of(self) -> str:
        """Whom an administrator acts for, as events name it; empty otherwise."""
        return f"entity/{self.entities[0].entity_id}" if self.on_behalf and self.entities else ""

    def of(self, entity_id: str) -> Membership | None:
        """The person's part in a business."""
        return next((item for item in self.entities if item.entity_id == entity_id), None)

    def may(self, acting: Acting, entity_id: str | None) -> bool:
        """Whether the person may act as that for the business; for any of theirs when none is named."""
        return any(item.may(acting) for item in self.entities if entity_id in (None, item.entity_id))

    @property
    def own_caller(self) -> Caller:
        """An administrator's own self, while acting for a member."""
        return Caller(subject=self.user_id, roles=self.own_roles or self.roles, session=self.session_id)

    @property
    def caller(self) -> Caller:
        """As the other services know this person."""
        acted = [item for item in self.entities if item.may("operator")]
        viewed = [item for item in self.entities if not item.may("operator")]
        return Caller(
            subject=self.user_id,
            roles=self.roles,
            accounts=frozenset(item.account for item in acted),
            entities=frozenset(item.entity_id for item in acted),
            session=self.session_id,
            on_behalf_of=self.on_behalf_of,
            viewed=_named(viewed),
            operated=_named([item for item in acted if not item.may("owner")]),
            caps=frozenset(
                (item.account, item.max_amount)
                for item in acted
                if item.max_amount is not None and not item.may("owner")
            ),
        )


def login_of(session: Mapping[str, Any]) -> Login:
    """The login that a Session document of the directory says."""
    acting = session.get("on_behalf")
    return Login(
        session_id=session["session_id"],
        user_id=session["user_id"],
        roles=frozenset({"member"} if acting else session["roles"]),
        entities=tuple(_membership(item) for item in session["entities"]),
        email=session["email"],
        first_name=session.get("first_name") or "",
        last_name=session.get("last_name") or "",
        previous_login=session.get("previous_login"),
        position=session["position"],
        on_behalf=OnBehalf(acting["until"], acting["reason"]) if acting else None,
        two_factor=session.get("two_factor", False),
        must_set_up_two_factor=session.get("must_set_up_two_factor", False),
        terms_version=session.get("terms_version") or "",
        own_roles=frozenset(session["roles"]) if acting else frozenset(),
        scopes=frozenset(session["scopes"]) if "scopes" in session else None,
        token_id=session.get("token_id", ""),
        service_account=session.get("service_account", False),
        day_limit=session.get("day_limit"),
    )


def believed_memberships(accounts: Mapping[str, str], limits: Limits) -> tuple[Membership, ...]:
    """What a token alone tells of somebody's businesses."""
    return tuple(
        Membership(entity, account, role="operator", view_only=limits[entity][0], max_amount=limits[entity][1])
        if entity in limits
        else Membership(entity, account)
        for entity, account in accounts.items()
    )


def _membership(item: Mapping[str, Any]) -> Membership:
    return Membership(
        entity_id=item["entity_id"],
        account=item["account"],
        name=item["name"],
        status=item["status"],
        role=item["role"],
        view_only=item.get("view_only", False),
        max_amount=item.get("max_amount"),
    )


def _named(memberships: list[Membership]) -> frozenset[str]:
    return frozenset(name for item in memberships for name in (item.account, item.entity_id))
