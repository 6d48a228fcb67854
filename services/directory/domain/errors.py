"""What the directory refuses, and why. Pure."""

from collections.abc import Mapping
from typing import Any


class DirectoryError(Exception):
    """A rule of the directory says no."""


class EmailTaken(DirectoryError):
    """The address belongs to a user already."""


class UnknownUser(DirectoryError):
    """There is no such user, or the caller may not know."""


class UnknownEntity(DirectoryError):
    """There is no such entity, or the caller may not know."""


class EntityNotYours(DirectoryError):
    """The caller is no member of the entity."""


class LoginFailed(DirectoryError):
    """Unknown address or wrong password: nobody is told which."""


class LoginLocked(DirectoryError):
    """Too many failures, of this identity or from this address; `retry_after` seconds are left of the lock."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AccessEnded(DirectoryError):
    """The password is right, but this login was given until a date that has passed."""


class StepUpNeeded(DirectoryError):
    """This is for those who have lately shown that they are still the one who logged in."""


class PasswordWrong(DirectoryError):
    """Somebody who is logged in did not know the own password, or code; `errors` names the field."""

    def __init__(self, field: str) -> None:
        super().__init__(f"This is not your {field}.")
        self.errors = {field: [f"This is not your {field}."]}


class CodeNeeded(DirectoryError):
    """The password is right, and a second factor is on: `extra` has the ticket for the second step."""

    def __init__(self, ticket: str) -> None:
        super().__init__("Enter the code that your app shows, or one of your recovery codes.")
        self.extra = {"ticket": ticket}


class CodeFailed(DirectoryError):
    """The code is wrong or was used before, or the first step was too long ago: nobody is told which."""


class TwoFactorState(DirectoryError):
    """A second factor is on already, or there is none to be changed."""


class UnknownSession(DirectoryError):
    """The session has ended, or never was."""


class ResetInvalid(DirectoryError):
    """The one-time link was used, has expired, or never was."""


class IdempotencyKeyReused(DirectoryError):
    """The key belongs to another command."""


class AnswerGone(DirectoryError):
    """The command with this key was done, so long ago that its answer is not kept any more; or it was about
    somebody who was forgotten."""


class FieldsInvalid(DirectoryError):
    """Some fields can't be as they were sent; `errors` says which and why."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        super().__init__("Some fields need correcting.")
        self.errors = errors


class ApplicationIncomplete(FieldsInvalid):
    """A trading application needs more than is known."""


class StatusNotAllowed(DirectoryError):
    """No such way leads from the status as it is, or not for this caller."""


class StatusDecided(DirectoryError):
    """The status is not what the caller saw: somebody else was first."""


class EntityChanged(DirectoryError):
    """The business is not as the caller saw it: somebody else was first."""


class ContactNotAccepted(DirectoryError):
    """Who is not listed writes to nobody."""


class ContactSwitchedOff(DirectoryError):
    """The business takes no messages from other members."""


class UnknownTerm(DirectoryError):
    """There is no such tag or category."""


class TermTaken(DirectoryError):
    """There is such a tag or category already."""


class TooManyFavourites(DirectoryError):
    """A business has marked as many as it can."""


class WrongStatus(DirectoryError):
    """Only a member that is listed, and neither trades nor waits for it, can apply to trade."""


class EntityIsClosed(DirectoryError):
    """The business has closed."""


class BalanceNotZero(DirectoryError):
    """A business closes at a balance of zero alone."""


class NotSettled(DirectoryError):
    """Only what is closed, in the ledger too, is forgotten."""


class OwnsEntities(DirectoryError):
    """The user belongs to businesses that are open."""
