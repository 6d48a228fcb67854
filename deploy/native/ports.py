"""Free ports, found once and remembered, so that an address stays the same from one start to the next."""

import json
import random
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.native.files import write_atomically
from deploy.native.trouble import Trouble

LOOPBACK = "127.0.0.1"

# Below the kernel's usual range for outgoing connections (32768 and up): a port from there could be taken by any
# client between the moment it is found free and the moment the server binds it.
CANDIDATES = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """True when a server could listen on this loopback port now; lingering closed connections do not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """True when something accepts connections on this loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def find_free(*, excluding: Iterable[int] = ()) -> int:
    """A free port. Random, so that two systems that start at the same moment hardly ever choose the same."""
    taken = set(excluding)
    for port in random.sample(CANDIDATES, 200):
        if port not in taken and is_free(port):
            return port
    raise Trouble("No free port was found on this machine.", remedy="Stop some programs and run the command again.")


class PortBook:
    """The ports of one directory, kept in a JSON file in it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def remembered(self) -> dict[str, int]:
        """Ports chosen at an earlier start; an unreadable file counts as none, ports can be chosen again."""
        try:
            found = json.loads(self._path.read_text())
            return {str(name): int(port) for name, port in found.items()}
        except (FileNotFoundError, ValueError, AttributeError):
            return {}

    def forget(self, name: str) -> None:
        """Choose this one anew next time."""
        book = self.remembered()
        if book.pop(name, None) is not None:
            write_atomically(self._path, json.dumps(book, indent=2, sort_keys=True))

    def choose(self, names: Iterable[str], *, wanted: Mapping[str, int] | None = None) -> dict[str, int]:
        """A port for each name: the remembered one while it is free, else the wanted one, else any free one.

        Ask only for parts which do not run: the port of a running part is not free, and would be changed.
        """
        book = self.remembered()
        wanted = wanted or {}
        for name in names:
            preferred = [port for port in (book.get(name), wanted.get(name)) if port]
            taken = {port for other, port in book.items() if other != name}
            usable = (port for port in preferred if port not in taken and is_free(port))
            book[name] = next(usable, None) or find_free(excluding=taken)
        write_atomically(self._path, json.dumps(book, indent=2, sort_keys=True))
        return book
