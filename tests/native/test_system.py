"""A whole system of real servers and stand-ins for the services."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.native.cli import main
from deploy.native.ports import answers
from deploy.native.processes import identify, left_behind
from deploy.native.tenancy import Tenancy
from deploy.native.trouble import Trouble
from tests.native.stand_ins import a_system

pytestmark = [pytest.mark.integration, pytest.mark.long]


@pytest.fixture
def closed_place(tmp_path: Path) -> Iterator[Path]:
    """Pytest's folders are closed to other users: as root, the servers' data must go elsewhere."""
    yield tmp_path / "system"
    a_system(tmp_path / "system").wipe()


def test_a_system_lives_through_everything(closed_place: Path, python: str, capsys: pytest.CaptureFixture[str]):
    """One long test, because every start of the servers takes its time."""
    # Started by a process that is then killed: everything it started lives on.
    starter = subprocess.Popen(
        [python, "-m", "tests.native.stand_ins", str(closed_place)], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout.readline() == "started\n"
    assert main(["status", "--directory", str(closed_place)]) == 0
    assert "Running" in capsys.readouterr().out

    second = a_system(closed_place)
    with pytest.raises(Trouble, match=rf"already running, at http://localhost:\d+ \(process {starter.pid}\)"):
        second.start()
    starter.kill()
    starter.communicate()
    programs = {process.pid for process in left_behind(str(closed_place))}
    assert len(programs) == 2
    assert main(["status", "--directory", str(closed_place)]) == 3
    assert "left by a killed supervisor" in capsys.readouterr().out

    # The next one reuses the servers, and replaces the programs.
    system = a_system(closed_place)
    with system:
        assert not any(identify(pid) for pid in programs)
        assert "as it should be" in system.log("migration").read_text()
        assert answers(system.settings.ports["gateway"])

        # A program that is killed comes back if it may, and stays away if not.
        before = system.process("worker")
        system.kill("worker", come_back=True)
        system.wait_ready("worker")
        assert system.process("worker") != before
        system.kill("gateway")
        assert not answers(system.settings.ports["gateway"])
        system.restart("gateway")
        assert answers(system.settings.ports["gateway"])

        # So does a server.
        before = system.process("mongo")
        system.kill("mongo", come_back=True)
        system.wait_ready("mongo")
        assert system.process("mongo") != before
        system.kill("postgres")
        assert system.process("postgres") is None
        system.restart("postgres")
        assert system.process("postgres") is not None

    assert left_behind(str(closed_place)) == []
    assert {system.process(name) for name in ("postgres", "mongo", "kafka", "elasticsearch")} == {None}
    assert Tenancy(closed_place, system._processes).published() is None


def test_stop_from_another_terminal_ends_everything(closed_place: Path, python: str):
    with subprocess.Popen(
        [python, "-m", "tests.native.stand_ins", str(closed_place)], stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout.readline() == "started\n"
        assert main(["stop", "--directory", str(closed_place)]) == 0
        assert starter.wait(timeout=30) == -signal.SIGTERM
    assert left_behind(str(closed_place)) == []
    system = a_system(closed_place)
    assert {system.process(name) for name in ("postgres", "mongo", "kafka", "elasticsearch")} == {None}
