"""What a personal API token may do: each REST route needs one scope of it. Pages never take one.

A route says its scope in `@operation(scope=...)`, or it follows: reading is `read`, what staff alone may do is
`admin`, everything else needs a login, which no token stands in for. So a route that says nothing is closed to tokens.
"""

from collections.abc import Callable
from typing import Any

PREFIX = "mccs_"
READ, DIRECTORY, INITIATE, ACCEPT, ADMIN = "read", "directory", "transfer:initiate", "transfer:accept", "admin"
LOGIN = "login"
"""No token has this: passwords, tokens, sessions, addresses."""
SCOPES = (READ, DIRECTORY, INITIATE, ACCEPT, ADMIN)


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
    return "" if operation is None else scope_of(operation.scope, method, getattr(view, "allowed_roles", frozenset()))


def scope_of(declared: str, method: str, roles: frozenset[str]) -> str:
    """The scope of a route that declares this one, or none."""
    if declared:
        return declared
    if method.upper() in ("GET", "HEAD"):
        return READ
    return LOGIN if roles & {"member", "public"} else ADMIN
