"""A change of somebody's mail address, confirmed by who reads the old one and by who reads the new one. Pure.

Both, because either alone lets somebody in: with the new one alone a borrowed session takes the login away, with the
old one alone a typing mistake does.
"""

from dataclasses import dataclass
from typing import Literal

from services.directory.domain.errors import DirectoryError

Side = Literal["old", "new"]


class EmailLinkInvalid(DirectoryError):
    """The one-time link was used, has expired, its request has ended, or it never was."""


class NoEmailChange(DirectoryError):
    """No change of the address is under way."""


class TooManyEmailChanges(DirectoryError):
    """Asked for too often: each is two mails."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChange:
    """One that is under way. A user has at most one: a newer one takes the place of it."""

    user_id: str
    old_email: str
    new_email: str
    session: str
    """Digest of the session that asked: it goes on when all others end."""
    asked_at: str
    expires_at: str
    old_confirmed: bool = False
    new_confirmed: bool = False

    @property
    def complete(self) -> bool:
        """Whether both have confirmed."""
        return self.old_confirmed and self.new_confirmed

    @property
    def waits_for(self) -> list[Side]:
        """Who has not confirmed yet."""
        sides: list[Side] = []
        if not self.old_confirmed:
            sides.append("old")
        if not self.new_confirmed:
            sides.append("new")
        return sides
