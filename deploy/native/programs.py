"""Every program of the system beside the four servers: the list that `run` works through.

Programs start as soon as what they depend on is ready. They stop in waves: the door first, then everything
behind it, then what those may still need.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.native.readiness import Finished, Heartbeat, Http, Readiness
from deploy.native.settings import Settings

DOOR, SERVICES, SUPPORT = 0, 1, 2
WAVES = (DOOR, SERVICES, SUPPORT)

# The stores that a service's migration prepares.
STORES = {
    "ledger": ("postgres",),
    "directory": ("mongo", "elasticsearch"),
    "matcher": ("mongo",),
    "notifier": ("mongo",),
}

# The processes of each service that work without HTTP.
WORKERS = {
    "ledger": ("consume", "relay", "schedule"),
    "directory": ("consume", "relay", "schedule"),
    "matcher": ("consume", "relay", "schedule"),
    "notifier": ("consume", "schedule", "deliver", "digest"),
}


@dataclass(frozen=True, slots=True)
class Program:
    """One process to run."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    readiness: Readiness
    depends_on: tuple[str, ...] = ()
    wave: int = SERVICES
    address: str = ""
    start_seconds: float = 60

    @property
    def is_one_off(self) -> bool:
        """True for a program that does its work and ends, and is not started again."""
        return isinstance(self.readiness, Finished)


def all_programs(settings: Settings) -> list[Program]:
    """The programs of a whole system, in the order of the table that people see."""
    programs = [_mailbox(settings), _topics(settings)]
    for service in STORES:
        programs.append(_migrate(settings, service))
        programs.append(_serve(settings, service, depends_on=(_name(service, "migrate"),)))
        programs.extend(_worker(settings, service, command) for command in WORKERS[service])
    return [*programs, _serve(settings, "gateway", depends_on=())]


def _name(service: str, command: str) -> str:
    return service if command == "serve" else f"{service}-{command}"


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _serve(settings: Settings, service: str, *, depends_on: tuple[str, ...]) -> Program:
    port = settings.ports[service]
    is_door = service == "gateway"
    return Program(
        name=service,
        argv=_python(f"services.{service}", "serve"),
        environment=settings.of_service(service),
        readiness=Http(port),
        depends_on=depends_on,
        wave=DOOR if is_door else SERVICES,
        address=settings.public_url if is_door else f"http://127.0.0.1:{port}",
    )


def _migrate(settings: Settings, service: str) -> Program:
    name = _name(service, "migrate")
    return Program(
        name=name,
        argv=_python(f"services.{service}", "migrate"),
        environment=settings.of_ledger_migration() if service == "ledger" else settings.of_service(service),
        readiness=Finished(),
        depends_on=STORES[service],
    )


def _worker(settings: Settings, service: str, command: str) -> Program:
    name = _name(service, command)
    heartbeat = heartbeat_file(settings.directory, name)
    return Program(
        name=name,
        argv=_python(f"services.{service}", command),
        environment={**settings.of_worker(service, command), "HEARTBEAT_FILE": str(heartbeat)},
        readiness=Heartbeat(heartbeat),
        depends_on=(_name(service, "migrate"), "topics"),
    )


def heartbeat_file(directory: Path, name: str) -> Path:
    """The file that a program without HTTP touches while it is well."""
    return directory / "heartbeats" / name


def _topics(settings: Settings) -> Program:
    return Program(
        name="topics",
        argv=_python("deploy.kafka.topics"),
        environment=settings.of_topics(),
        readiness=Finished(),
        depends_on=("kafka",),
    )


def _mailbox(settings: Settings) -> Program:
    smtp, http = settings.ports["smtp"], settings.ports["mailbox"]
    ports = ("--smtp-port", str(smtp), "--http-port", str(http))
    return Program(
        name="mailbox",
        argv=_python("deploy.native.mailbox", *ports, "--directory", str(settings.mail_directory)),
        environment=settings.of_any_program(),
        readiness=Http(http, "/"),
        wave=SUPPORT,
        address=settings.mailbox_url,
    )
