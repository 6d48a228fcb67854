"""What an API token may do: each REST route needs one scope of it. Pages never take one.

A route says its scope in `@operation(scope=...)`, or it follows: reading is `read`, what staff alone may do is
`admin`, or of one of its areas by the module that the route is in; everything else needs a login, which no token stands
in for. So a route that says nothing is closed to tokens. Who has `admin` has all of its areas.
"""

from collections.abc import Callable
from typing import Any

from services.gateway.login import Login

PREFIX = "mccs_"
READ, DIRECTORY, INITIATE, ACCEPT, ADMIN = "read", "directory", "transfer:initiate", "transfer:accept", "admin"
MEMBERS, CATALOGUE, LEDGER = "admin:members", "admin:catalogue", "admin:ledger"
MAIL, AUDIT = "admin:mail", "admin:audit"
LOGIN = "login"
"""No token has this: passwords, tokens, sessions, addresses."""
SCOPES = (READ, DIRECTORY, INITIATE, ACCEPT, ADMIN, MEMBERS, CATALOGUE, LEDGER, MAIL, AUDIT)
STAFF_SCOPES = (READ, ADMIN, MEMBERS, CATALOGUE, LEDGER, MAIL, AUDIT)
"""Of the staff, auditors aside, and of service accounts."""

_AREAS = {
    "admin": MEMBERS, "admin_users": MEMBERS, "people": MEMBERS, "privacy": MEMBERS,
    "catalogue": CATALOGUE, "words": CATALOGUE,
    "admin_transfers": LEDGER, "policy": LEDGER, "mail": MAIL, "audit": AUDIT,
}  # fmt: skip
"""Of what administrators change, by module of `services.gateway.rest`; in others it is `admin` alone."""
_OF_PERSONS = frozenset({"notices"})
"""Modules whose routes answer what is for whoever asks, and nobody else."""


class ScopeMissing(Exception):
    """The token is good, but not for this."""

    CODE = "auth.scope_missing"

    def __init__(self, scope: str, *, account: str = "") -> None:
        """`account`: the service account that the token is of."""
        super().__init__(scope)
        self.scope, self._account = scope, account

    @property
    def detail(self) -> str:
        """A sentence for people."""
        if self.scope == LOGIN:
            return "No API token can do this: log in by POST /api/v1/login instead."
        if self._account:
            path = f"PATCH /api/v1/admin/service-accounts/{self._account}"
            return f"This service account lacks the scope {self.scope}. An administrator can add it: {path}."
        return f"This API token lacks the scope {self.scope}. Make one that has it, or log in."


class PersonNeeded(ScopeMissing):
    """This is somebody's own, and the token is nobody's: no scope helps."""

    CODE = "auth.person_needed"

    def __init__(self) -> None:
        super().__init__(LOGIN)

    @property
    def detail(self) -> str:
        """A sentence for people."""
        return "This is for people, and this token is of a service account: log in by POST /api/v1/login instead."


def is_api_token(text: str) -> bool:
    """Whether a bearer token claims to be a personal API token."""
    return text.startswith(PREFIX)


def needed(view: Callable[..., Any], method: str) -> str:
    """The scope that a token needs for a view; empty when the view asks nobody (the description of the API)."""
    operation = getattr(view, "operation", None)
    if operation is None:
        return ""
    return scope_of(operation.scope, method, getattr(view, "allowed_roles", frozenset()), view.__module__)


def hold_to_scopes(login: Login | None, view: Callable[..., Any], scope: str) -> None:
    """Raises ScopeMissing for a view that needs a scope which the token of this login has not; PersonNeeded."""
    program = login if login is not None and login.service_account else None
    if program and (scope == LOGIN or _is_of_persons(view, program.roles)):
        raise PersonNeeded
    if login is None or not covers(login.scopes, scope):
        raise ScopeMissing(scope, account=program.user_id if program else "")


def _is_of_persons(view: Callable[..., Any], roles: frozenset[str]) -> bool:
    allowed: frozenset[str] = getattr(view, "allowed_roles", frozenset())
    return not allowed & (roles | {"public", "anyone"}) or view.__module__.rpartition(".")[2] in _OF_PERSONS


def covers(held: frozenset[str] | None, scope: str) -> bool:
    """Whether a token with these scopes may do what needs that one; None: it is no token."""
    return held is not None and (scope in held or (scope.startswith(f"{ADMIN}:") and ADMIN in held))


def scope_of(declared: str, method: str, roles: frozenset[str], module: str = "") -> str:
    """The scope of a route of a module that declares this one, or none."""
    if declared:
        return declared
    if method.upper() in ("GET", "HEAD"):
        return READ
    return LOGIN if roles & {"member", "public"} else _AREAS.get(module.rpartition(".")[2], ADMIN)
