"""What a personal API token may do: each REST route needs one scope of it. Pages never take one.

A route says its scope in `@operation(scope=...)`, or it follows: reading is `read`, what staff alone may do is
`admin`, or of one of its areas by the module that the route is in; everything else needs a login, which no token stands
in for. So a route that says nothing is closed to tokens. Who has `admin` has all of its areas.
"""

from collections.abc import Callable
from typing import Any

PREFIX = "mccs_"
READ, DIRECTORY, INITIATE, ACCEPT, ADMIN = "read", "directory", "transfer:initiate", "transfer:accept", "admin"
MEMBERS, CATALOGUE, LEDGER = "admin:members", "admin:catalogue", "admin:ledger"
MAIL, AUDIT = "admin:mail", "admin:audit"
LOGIN = "login"
"""No token has this: passwords, tokens, sessions, addresses."""
SCOPES = (READ, DIRECTORY, INITIATE, ACCEPT, ADMIN, MEMBERS, CATALOGUE, LEDGER, MAIL, AUDIT)

_AREAS = {
    "admin": MEMBERS, "admin_users": MEMBERS, "people": MEMBERS, "privacy": MEMBERS,
    "catalogue": CATALOGUE, "words": CATALOGUE,
    "admin_transfers": LEDGER, "policy": LEDGER, "mail": MAIL, "audit": AUDIT,
}  # fmt: skip
"""Of what administrators change, by module of `services.gateway.rest`; in others it is `admin` alone."""


class ScopeMissing(Exception):
    """The token is good, but not for this."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope

    @property
    def detail(self) -> str:
        """A sentence for people."""
        if self.scope == LOGIN:
            return "No API token can do this: log in by POST /api/v1/login instead."
        return f"This API token lacks the scope {self.scope}. Make one that has it, or log in."


def is_api_token(text: str) -> bool:
    """Whether a bearer token claims to be a personal API token."""
    return text.startswith(PREFIX)


def needed(view: Callable[..., Any], method: str) -> str:
    """The scope that a token needs for a view; empty when the view asks nobody (the description of the API)."""
    operation = getattr(view, "operation", None)
    if operation is None:
        return ""
    return scope_of(operation.scope, method, getattr(view, "allowed_roles", frozenset()), view.__module__)


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
