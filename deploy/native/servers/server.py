"""What the four servers have in common."""

import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from deploy.native.files import Account, owned_directory, write_atomically
from deploy.native.java import OLDEST, Java, find_java
from deploy.native.software import Software
from deploy.native.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Options:
    """How much memory and how much safety; the defaults are those of `make run`."""

    elasticsearch_heap_megabytes: int = 512
    kafka_heap_megabytes: int = 384
    # Java's second compiler makes searches twice as fast once they have run a thousand times, as in the official image;
    # until then it takes a core of its own, which a start and a test run need for themselves.
    elasticsearch_optimised: bool = False
    # Only for throw-away test stacks: without it a power cut loses money.
    fsync: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where one server lives: its folder, its ports, the user it runs as."""

    directory: Path
    ports: Mapping[str, int]
    software: Software
    password: str
    account: Account | None = None
    options: Options = field(default_factory=Options)


class Server(ABC):
    """One server of a stack. Knows its files and its protocol; starting and stopping is the stack's work."""

    name: ClassVar[str]
    title: ClassVar[str]
    # Data written by another one of these cannot be assumed to be readable.
    data_version: ClassVar[str]
    port_names: ClassVar[tuple[str, ...]]
    start_seconds: ClassVar[float] = 90
    stop_seconds: ClassVar[float] = 20
    stop_signal: ClassVar[int] = signal.SIGTERM

    def __init__(self, place: Place) -> None:
        self.place = place

    @property
    def port(self) -> int:
        """The port that clients use."""
        return self.place.ports[self.port_names[0]]

    @property
    def data(self) -> Path:
        """The server's own data folder."""
        return self.place.directory / "data"

    def prepare(self) -> None:
        """Make folders, configuration and (once) the empty data store. Repeatable, also after a kill in the middle."""
        owned_directory(self.place.directory, self.place.account)

    @abstractmethod
    def command(self) -> list[str]:
        """The command line of the server."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Ask once, by the server's own protocol, whether it serves; do what is due at its very first start."""

    @property
    @abstractmethod
    def address(self) -> str:
        """What clients are configured with."""

    @property
    def public_address(self) -> str:
        """The address without a password, for people and logs."""
        scheme, separator, rest = self.address.rpartition("://")
        return f"{scheme}{separator}{rest.rpartition('@')[2]}"

    def environment(self) -> dict[str, str]:
        """The little that a server may know of our environment."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.place.directory),
            "TMPDIR": str(self.place.directory),
            "LC_ALL": "C.UTF-8",
        }

    def write(self, name: str, text: str) -> Path:
        """Write a configuration file that the server's user can read."""
        path = self.place.directory / name
        write_atomically(path, text, mode=0o644)
        return path


def required_java() -> Java:
    """The Java to run on; the preflight has normally complained before."""
    java = find_java()
    if java is None:
        raise Trouble(f"Java {OLDEST} or newer is missing.", remedy=f"Install one, e.g. openjdk-{OLDEST}-jre-headless.")
    return java
