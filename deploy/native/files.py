"""Files that are whole or absent, locks between processes, and who owns what."""

import fcntl
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deploy.native.trouble import Trouble
from deploy.native.waiting import wait_until


def write_atomically(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Replace a text file in one step."""
    write_bytes_atomically(path, text.encode(), mode=mode)


def write_bytes_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file in one step: a reader, or a kill in the middle, sees the old or the new content, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def locked(path: Path, *, refusal: str = "", patience: float = 0) -> Iterator[None]:
    """Hold a lock file; wait for another holder, or raise `Trouble(refusal)` after `patience` seconds if one is given.

    The kernel drops the lock when its holder dies, however it dies, so it can never be stale. It may take a moment:
    a process with threads looks dead before the last of them has let go of its files.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        if not refusal:
            fcntl.flock(file, fcntl.LOCK_EX)
        elif not wait_until(lambda: _lock_now(file), seconds=patience):
            raise Trouble(refusal)
        yield


def _lock_now(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged user that servers run as when we are root: PostgreSQL and Elasticsearch refuse root."""

    uid: int
    gid: int

    def may_enter(self, directory: Path) -> bool:
        """True when this user can reach the directory (or its nearest existing parent) through every parent."""
        existing = next(path for path in (directory, *directory.parents) if path.exists())
        return all(self._may_search(path) for path in (existing, *existing.parents))

    def _may_search(self, path: Path) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


def server_account() -> Account | None:
    """`nobody` when we are root, None (run as ourselves) otherwise."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def give(path: Path, account: Account | None) -> None:
    """Make a server's user the owner of one file or folder; nothing to do when servers run as ourselves."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def owned_directory(path: Path, account: Account | None, *, mode: int = 0o700) -> Path:
    """A directory that belongs to the servers' user."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    give(path, account)
    return path


def remove_tree(path: Path) -> None:
    """Remove a directory if it is there; a link is removed, never what it points to."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(no log)"
