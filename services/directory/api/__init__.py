"""The directory's HTTP interface, for the gateway alone (docs/internal-api.md)."""

from services.directory.api import (
    api_tokens,
    audit,
    catalogue,
    contact,
    email_change,
    entities,
    favourites,
    importing,
    logins,
    memberships,
    pictures,
    privacy,
    search,
    security,
    staff,
    users,
)
from services.directory.api.blueprint import DIRECTORY, INDEX, bp

__all__ = [
    "DIRECTORY",
    "INDEX",
    "api_tokens",
    "audit",
    "bp",
    "catalogue",
    "contact",
    "email_change",
    "entities",
    "favourites",
    "importing",
    "logins",
    "memberships",
    "pictures",
    "privacy",
    "search",
    "security",
    "staff",
    "users",
]
