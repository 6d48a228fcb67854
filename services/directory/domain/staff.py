"""People who work for the network: what may be changed of their logins, and that somebody is always left. Pure."""

from collections.abc import Sequence
from datetime import datetime

from services.directory.domain.errors import DirectoryError
from services.directory.domain.values import User


class LastAdmin(DirectoryError):
    """Without an administrator nobody could ever make another one."""


class NotYourself(DirectoryError):
    """Nobody ends their own access by mistake, or makes it longer."""


def require_another_than(user_id: str, actor_id: str) -> None:
    """Raises NotYourself."""
    if user_id == actor_id:
        raise NotYourself("You can't change your own access: ask another administrator.")


def require_an_admin(users: Sequence[User], after: User | None, user_id: str, now: datetime) -> None:
    """After the change somebody administers, and without end as far as somebody did. Raises LastAdmin."""
    before = [user for user in users if user.kind == "admin" and user.has_access(now)]
    left = [user for user in before if user.user_id != user_id]
    if after is not None and after.kind == "admin" and after.has_access(now):
        left.append(after)
    endless = any(user.expires_at is None for user in before)
    if not left or (endless and not any(user.expires_at is None for user in left)):
        raise LastAdmin("This is the last administrator whose access does not end: make another one first.")
