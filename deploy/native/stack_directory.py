"""What a stack keeps in its directory: version stamp, ports, password, and where its servers' data are."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from deploy.native.files import Account, remove_tree, write_atomically
from deploy.native.ports import PortBook
from deploy.native.trouble import Trouble

# Raise it when the layout of a stack's directory changes in a way that an older or newer checkout cannot read.
LAYOUT = 1

OUTSIDE = Path("/var/lib/mccs")


class StackDirectory:
    """The directory of one stack. Nothing here starts or stops anything."""

    def __init__(self, path: Path, account: Account | None) -> None:
        self.path = path.absolute()
        self.ports = PortBook(self.path / "ports.json")
        self._account = account

    def create(self) -> None:
        """Make the directory, enterable by the servers' user whatever our umask is."""
        if not self.path.exists():
            self.path.mkdir(parents=True)
            self.path.chmod(0o755)

    def check_version(self, data_versions: Mapping[str, str]) -> None:
        """Refuse data of another version before a server damages or misreads them."""
        stamp = self.path / "version.json"
        ours = {"layout": str(LAYOUT), **data_versions}
        if not stamp.exists():
            write_atomically(stamp, json.dumps(ours, indent=2))
            return
        theirs = _read_json(stamp)
        different = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
        if different:
            raise Trouble(
                f"{self.path} holds data of another version ({', '.join(different)}).",
                remedy="Go back to the version that wrote them, or delete the data: make wipe",
            )

    def home(self) -> Path:
        """Where the servers' folders are: in our directory if the servers' user can get there, else in /var/lib.

        Decided once and noted: when somebody opens or closes a parent folder later, the data must not seem gone.
        """
        note = self.path / "home"
        if not note.exists():
            write_atomically(note, str(self._choose_home()))
        return Path(note.read_text())

    def _choose_home(self) -> Path:
        if self._account is None or self._account.may_enter(self.path):
            return self.path / "servers"
        OUTSIDE.mkdir(parents=True, exist_ok=True)
        OUTSIDE.chmod(0o755)
        digest = hashlib.sha256(str(self.path).encode()).hexdigest()[:12]
        return OUTSIDE / f"{self.path.parent.name}-{digest}"

    def password(self) -> str:
        """PostgreSQL's superuser's password, made once."""
        path = self.path / "postgres-password"
        if not path.exists():
            write_atomically(path, secrets.token_urlsafe(24), mode=0o600)
        return path.read_text()

    def remove(self) -> None:
        """Delete everything, the data outside included."""
        if self.path.exists():
            remove_tree(self.home())
            remove_tree(self.path)


def _read_json(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
