"""The list of programs."""

from pathlib import Path

import pytest

from deploy.native.keys import KeyFolder
from deploy.native.programs import DOOR, SUPPORT, Program, all_programs
from deploy.native.readiness import Finished, Heartbeat, Http
from deploy.native.servers import SERVERS
from deploy.native.settings import PORT_NAMES, SERVICES, Settings


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, Program]:
    servers = {
        "POSTGRES_ADMIN_URL": "postgresql://postgres:p@127.0.0.1:1/postgres",
        "MONGO_URL": "mongodb://127.0.0.1:2/?replicaSet=rs0",
        "KAFKA_BOOTSTRAP": "127.0.0.1:3",
        "ELASTICSEARCH_URL": "http://127.0.0.1:4",
    }
    ports = {name: 20_000 + number for number, name in enumerate(PORT_NAMES)}
    keys = KeyFolder(tmp_path / "secrets")
    settings = Settings(directory=tmp_path, servers=servers, ports=ports, keys=keys, extra={})
    return {program.name: program for program in all_programs(settings)}


def test_names_are_unique_and_dependencies_exist(programs: dict[str, Program]):
    known = programs.keys() | {server.name for server in SERVERS}
    assert len(known) == len(programs) + len(SERVERS)
    assert {name for program in programs.values() for name in program.depends_on} <= known


def test_nothing_waits_for_itself(programs: dict[str, Program]):
    def needs(name: str, seen: tuple[str, ...] = ()) -> None:
        assert name not in seen
        for other in programs[name].depends_on if name in programs else ():
            needs(other, (*seen, name))

    for name in programs:
        needs(name)


def test_every_service_is_served(programs: dict[str, Program]):
    for service in SERVICES:
        assert programs[service].argv[1:] == ("-m", f"services.{service}", "serve")
        assert isinstance(programs[service].readiness, Http)


def test_every_process_of_a_service_waits_for_its_migration(programs: dict[str, Program]):
    for name, program in programs.items():
        service, _, command = name.partition("-")
        if service in SERVICES and service != "gateway" and command != "migrate":
            assert f"{service}-migrate" in program.depends_on


def test_workers_tell_by_heartbeat_and_wait_for_topics(programs: dict[str, Program]):
    for program in programs.values():
        if isinstance(program.readiness, Heartbeat):
            assert program.environment["HEARTBEAT_FILE"] == str(program.readiness.file)
            assert "topics" in program.depends_on


def test_one_offs_are_migrations_and_topics(programs: dict[str, Program]):
    one_offs = {name for name, program in programs.items() if program.is_one_off}
    assert one_offs == {"topics", "ledger-migrate", "directory-migrate", "matcher-migrate", "notifier-migrate"}
    assert Finished().is_ready() is False


def test_door_closes_first_and_the_mailbox_last(programs: dict[str, Program]):
    assert [name for name, program in programs.items() if program.wave == DOOR] == ["gateway"]
    assert [name for name, program in programs.items() if program.wave == SUPPORT] == ["mailbox"]


def test_secrets_do_not_show_when_a_program_is_printed(programs: dict[str, Program]):
    assert "GATEWAY_SECRET_KEY" not in repr(programs["gateway"])
