"""What must be there before anything starts; what is missing is named together with the command that installs it."""

import ctypes
import os
import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.native.files import server_account
from deploy.native.java import OLDEST, Java, find_java
from deploy.native.software import Software
from deploy.native.trouble import Trouble

INSTALL_MEGABYTES = 2_000
RUN_MEGABYTES = 500
APT = f"{'' if os.geteuid() == 0 else 'sudo '}apt-get install --yes"

# MongoDB's server needs these; the other three bring all they need.
MONGO_LIBRARIES = {"libcurl.so.4": "libcurl4", "libcrypto.so.3": "libssl3", "liblzma.so.5": "liblzma5"}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is not there, and how to get it."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Machine:
    """What the preflight looks at; a value, so that every sentence can be tested without such a machine."""

    python: tuple[int, int]
    system: str
    processor: str
    java: Java | None
    has_maven: bool
    libraries: frozenset[str]
    free_megabytes: int

    @classmethod
    def here(cls, path: Path) -> "Machine":
        """This machine, with the space that is free where `path` lies."""
        return cls(
            python=(sys.version_info.major, sys.version_info.minor),
            system=platform.system(),
            processor=platform.machine(),
            java=find_java(),
            has_maven=shutil.which("mvn") is not None,
            libraries=frozenset(name for name in MONGO_LIBRARIES if _loads(name)),
            free_megabytes=free_megabytes(path),
        )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def free_megabytes(path: Path) -> int:
    """Free space where the (perhaps not yet existing) path lies."""
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    return shutil.disk_usage(existing).free // 1_000_000


def missing_on(machine: Machine, *, megabytes: int, installing: bool) -> list[Missing]:
    """Everything that is missing, at once: nobody likes to be told one thing per run."""
    checks: Sequence[Callable[[], Missing | None]] = (
        lambda: _system(machine),
        lambda: _python(machine),
        lambda: _java(machine),
        lambda: _maven(machine) if installing else None,
        lambda: _libraries(machine),
        lambda: _space(machine, megabytes),
    )
    return [found for check in checks if (found := check()) is not None]


def _system(machine: Machine) -> Missing | None:
    if machine.system == "Linux" and machine.processor in {"x86_64", "aarch64"}:
        return None
    return Missing(
        f"Native servers exist for Linux on x86_64 and aarch64, this is {machine.system} on {machine.processor}",
        "Install Docker and use: docker compose up --wait",
    )


def _python(machine: Machine) -> Missing | None:
    if machine.python >= (3, 11):
        return None
    return Missing(
        f"Python 3.11 or newer (this is {'.'.join(map(str, machine.python))})", f"{APT} python3.11 python3.11-venv"
    )


def _java(machine: Machine) -> Missing | None:
    remedy = f"{APT} openjdk-{OLDEST}-jre-headless"
    if machine.java is None:
        return Missing(f"Java {OLDEST} or newer, or a Docker engine", remedy)
    if machine.java.version < OLDEST:
        return Missing(f"Java {OLDEST} or newer (found {machine.java.version} in {machine.java.home})", remedy)
    return None


def _maven(machine: Machine) -> Missing | None:
    return None if machine.has_maven else Missing("Maven, to fetch Kafka and Elasticsearch", f"{APT} maven")


def _libraries(machine: Machine) -> Missing | None:
    absent = [name for name in MONGO_LIBRARIES if name not in machine.libraries]
    if not absent:
        return None
    packages = " ".join(MONGO_LIBRARIES[name] for name in absent)
    return Missing(f"{', '.join(absent)}, which MongoDB needs", f"{APT} {packages}")


def _space(machine: Machine, megabytes: int) -> Missing | None:
    if machine.free_megabytes >= megabytes:
        return None
    return Missing(
        f"Free disk space: {megabytes} MB needed, {machine.free_megabytes} MB there",
        "Remove something large, or set MCCS_CACHE to a folder on another disk",
    )


def refuse_if_missing(missing: Sequence[Missing]) -> None:
    """Raise one `Trouble` that names everything."""
    if missing:
        lines = [f"  {thing.what}\n    -> {thing.remedy}" for thing in missing]
        raise Trouble("\n".join(["This machine lacks:", *lines]))


def check_before_install(software: Software) -> None:
    """Refuse to download what could not run, or would not fit."""
    refuse_if_missing(missing_on(Machine.here(software.cache), megabytes=INSTALL_MEGABYTES, installing=True))
    account = server_account()
    software.cache.mkdir(parents=True, exist_ok=True)
    if account is not None and not account.may_enter(software.cache):
        raise Trouble(
            f"{software.cache} cannot be reached by the unprivileged user that servers run as.",
            remedy="Unset MCCS_CACHE, or set it to a folder below /var/cache.",
        )


def check_before_start(directory: Path) -> None:
    """Refuse to start servers that would run out of space at once, or have no Java to run on."""
    refuse_if_missing(missing_on(Machine.here(directory), megabytes=RUN_MEGABYTES, installing=False))
