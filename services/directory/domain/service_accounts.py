"""Service accounts: what programs of the network's office act as. Nobody is behind one, and nobody can log in by it.

It outlives whoever made it, belongs to no business, and can do what its scopes say by API tokens alone. Pure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from services.directory.domain.errors import DirectoryError

PREFIX = "sa-"
"""What its id begins with, and no person's does: an actor `admin:sa-…` is a program."""
MOST_ACCOUNTS = 50
MOST_TOKENS_OF_ONE = 5
"""That live at once: the next one is made before the last one is revoked, so nothing stands still in between."""
KIND = "admin"
"""As whom it calls: it may do what an administrator's token with its scopes may."""


class UnknownServiceAccount(DirectoryError):
    """It was deleted, or never was."""


class ServiceAccountNameTaken(DirectoryError):
    """Names tell them apart in the audit log."""


class TooManyServiceAccounts(DirectoryError):
    """The network has as many as it may have."""


class ServiceAccountDisabled(DirectoryError):
    """It gets no token before it is enabled."""


class PersonNeeded(DirectoryError):
    """This is for people who show that it is still them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """One of them, without its tokens."""

    service_account_id: str
    name: str
    purpose: str
    scopes: tuple[str, ...]
    """Of all its tokens; what is taken away here no token can do any more."""
    made_by: str
    """The id of an administrator, who may have left since."""
    created_at: str
    disabled_at: str | None = None
    last_used_at: str | None = None
    """By any token, those that ended since too; within a minute."""


def is_one(user_id: str) -> bool:
    """Whether this is the id of a service account, and not of a person."""
    return user_id.startswith(PREFIX)


def require_person(user_id: str) -> None:
    """Raises PersonNeeded for a service account."""
    if is_one(user_id):
        raise PersonNeeded(
            "This is for a person who has just entered their password again, which a service account can't: log in as "
            "an administrator."
        )


def name_key(name: str) -> str:
    """What is the same for two names that people would take for one."""
    return " ".join(name.casefold().split())


def require_room(others: Collection[ServiceAccount]) -> None:
    """For one more. Raises TooManyServiceAccounts."""
    if len(others) >= MOST_ACCOUNTS:
        raise TooManyServiceAccounts(f"There are {MOST_ACCOUNTS} service accounts: delete one that is not used first.")


def require_other_name(others: Collection[ServiceAccount], name: str) -> None:
    """Raises ServiceAccountNameTaken."""
    if name_key(name) in {name_key(other.name) for other in others}:
        raise ServiceAccountNameTaken("There is a service account of this name: choose another one.")


def told(account: ServiceAccount) -> Mapping[str, Any]:
    """What the audit log says of it."""
    return {"name": account.name, "purpose": account.purpose, "scopes": list(account.scopes)}
