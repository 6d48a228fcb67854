"""One supervisor per directory, and what becomes of one that was killed."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy.native.board import Part, State
from deploy.native.cli import main
from deploy.native.processes import ProcessBook, left_behind, start_process
from deploy.native.stack import Stack
from deploy.native.stack_directory import StackDirectory
from deploy.native.tenancy import Tenancy
from deploy.native.trouble import Trouble

HOLDER = """
import sys
from pathlib import Path
from deploy.native.board import Part
from deploy.native.processes import ProcessBook, start_process
from deploy.native.tenancy import Tenancy
from deploy.native.waiting import wait_until
directory = Path(sys.argv[1])
tenancy = Tenancy(directory, ProcessBook(directory / "processes"))
with tenancy.held():
    tenancy.publish([Part(name="program")], "http://localhost:8080")
    for name in ("noted", "unnoted"):
        child = start_process(["sleep", "600"], environment={}, mark=tenancy.mark, log=directory / "log")
        # The kernel says that a program runs a moment before it shows its environment.
        assert wait_until(Path(f"/proc/{child.pid}/environ").read_bytes, seconds=10)
        if name == "noted":
            ProcessBook(directory / "processes").write(name, child.pid)
    print("held", flush=True)
    input()
"""


def tenancy_of(directory: Path) -> Tenancy:
    return Tenancy(directory, ProcessBook(directory / "processes"))


def a_holder(directory: Path, python: str) -> subprocess.Popen:
    holder = subprocess.Popen(
        [python, "-c", HOLDER, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    return holder


def end(holder: subprocess.Popen) -> None:
    holder.kill()
    holder.communicate()


def test_second_supervisor_is_told_where_the_first_is(workplace: Path, python: str):
    holder = a_holder(workplace, python)
    tenancy = tenancy_of(workplace)
    expected = rf"already running, at http://localhost:8080 \(process {holder.pid}\).* make stop"
    with pytest.raises(Trouble, match=expected), tenancy.held():
        pass
    with pytest.raises(Trouble, match=expected):
        tenancy.refuse_if_held()
    end(holder)


def test_leftovers_of_a_killed_supervisor_are_ended_by_the_next(workplace: Path, python: str):
    end(a_holder(workplace, python))
    assert len(left_behind(str(workplace))) == 2
    tenancy = tenancy_of(workplace)
    assert not tenancy.is_held()
    with tenancy.held():
        assert left_behind(str(workplace)) == []
        assert tenancy.is_held()
    assert tenancy.published() is None


def test_stop_ends_leftovers_of_a_killed_supervisor(workplace: Path, python: str):
    end(a_holder(workplace, python))
    stack = Stack(workplace / "stack")
    assert tenancy_of(workplace).stop(stack)
    assert left_behind(str(workplace)) == []
    assert not tenancy_of(workplace).stop(stack)


def test_stop_ends_a_running_supervisor(workplace: Path, python: str):
    with a_holder(workplace, python) as holder:
        assert tenancy_of(workplace).stop(Stack(workplace / "stack"))
        assert holder.wait() != 0
    assert left_behind(str(workplace)) == []


def test_published_parts_are_read_again(workplace: Path):
    tenancy = tenancy_of(workplace)
    parts = [Part(name="a", state=State.READY, address="x", log="y", note="z")]
    tenancy.publish(parts, "http://localhost:1")
    published = tenancy.published()
    assert published is not None
    assert list(published.parts) == parts
    assert published.supervisor.pid == os.getpid()


@pytest.mark.parametrize("damaged", ["", "{}", "[]", '{"supervisor": null, "parts": [], "address": ""}'])
def test_damaged_status_counts_as_none(workplace: Path, damaged: str):
    (workplace / "status.json").write_text(damaged)
    assert tenancy_of(workplace).published() is None
    assert not tenancy_of(workplace).is_held()


def test_data_of_another_version_are_refused(workplace: Path, capsys: pytest.CaptureFixture[str]):
    Stack(workplace).reserve()
    stamp = workplace / "version.json"
    stamp.write_text(stamp.read_text().replace('"18"', '"15"'))
    before = (workplace / "ports.json").read_text()
    with pytest.raises(
        Trouble, match=r"another version \(postgres\).*make wipe|another version \(postgres\)"
    ) as trouble:
        Stack(workplace).reserve()
    assert "make wipe" in trouble.value.remedy
    assert (workplace / "ports.json").read_text() == before


def test_home_of_the_data_is_decided_once(workplace: Path):
    """Closing a parent folder later must not make the data seem gone."""
    place = StackDirectory(workplace / "stack", Stack(workplace)._account)
    place.create()
    assert place.home() == workplace / "stack" / "servers"
    workplace.chmod(0o700)
    assert place.home() == workplace / "stack" / "servers"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")
def test_root_keeps_data_where_the_servers_user_can_get(workplace: Path):
    workplace.chmod(0o700)
    stack = StackDirectory(workplace / "stack", Stack(workplace)._account)
    stack.create()
    home = stack.home()
    assert not home.is_relative_to(workplace)
    assert str(home).startswith("/var/lib/mccs/")
    stack.remove()
    assert not home.exists()


def test_commands_on_an_empty_directory_say_so(workplace: Path, capsys: pytest.CaptureFixture[str]):
    directory = str(workplace / "nothing")
    assert main(["stop", "--directory", directory]) == 0
    assert main(["status", "--directory", directory]) == 3
    assert main(["logs", "--directory", directory]) == 1
    said = capsys.readouterr()
    assert "Nothing was running." in said.out
    assert "Not running." in said.out
    assert "make run" in said.err
    assert not (workplace / "nothing").exists()


def test_program_started_for_another_directory_is_left_alone(workplace: Path):
    other = start_process(["sleep", "600"], environment={}, mark=f"{workplace}/other", log=workplace / "log")
    with tenancy_of(workplace).held():
        assert other.poll() is None
    for process in left_behind(f"{workplace}/other"):
        process.end(seconds=5)
