"""Starting, recognising and ending processes."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

from deploy.native.processes import Process, ProcessBook, identify, left_behind, start_process
from deploy.native.waiting import wait_until

STUBBORN = "trap '' TERM; echo up; while :; do sleep 60 & wait; done"
WITH_CHILD = "sleep 600 & echo up; wait"


def start_shell(script: str, directory: Path) -> tuple[subprocess.Popen, Process]:
    """Start a script that says `up` once its traps are set."""
    log = directory / "log"
    child = start_process(["sh", "-c", script], environment={"PATH": os.environ["PATH"]}, mark=str(directory), log=log)
    assert wait_until(lambda: "up" in log.read_text(), seconds=10)
    process = identify(child.pid)
    assert process is not None
    return child, process


def test_process_is_known_by_start_time_too(workplace: Path):
    _, process = start_shell("echo up; exec sleep 600", workplace)
    assert process.is_alive()
    stranger = replace(process, started=process.started - 1)
    assert not stranger.is_alive()
    stranger.end(seconds=5)
    assert process.is_alive()
    replace(process, boot="another boot").end(seconds=0)
    assert process.is_alive()
    assert process.end(seconds=5)
    assert not process.is_alive()


def test_name_with_blanks_and_brackets_is_read_right(workplace: Path):
    odd = workplace / "a) S 1 (b"
    odd.symlink_to("/bin/sleep")
    child = start_process([str(odd), "600"], environment={}, mark=str(workplace), log=workplace / "log")
    process = identify(child.pid)
    assert process is not None
    assert [found.pid for found in process.session()] == [child.pid]
    process.end(seconds=5)


def test_zombie_is_not_alive(workplace: Path):
    child, process = start_shell("echo up; exec sleep 600", workplace)
    process.send(signal.SIGKILL)
    assert process.wait(5)
    assert Path(f"/proc/{child.pid}").exists()  # not waited for yet
    assert identify(child.pid) is None
    assert not process.is_alive()


def test_stubborn_process_is_killed_at_the_deadline(workplace: Path):
    _, process = start_shell(STUBBORN, workplace)
    assert not process.end(seconds=0.2)
    assert not process.is_alive()
    assert left_behind(str(workplace)) == []


def test_children_end_with_their_leader(workplace: Path):
    _, process = start_shell(WITH_CHILD, workplace)
    assert len(process.session()) == 2
    process.end(seconds=5)
    assert process.session() == []
    assert left_behind(str(workplace)) == []


def test_children_of_a_killed_leader_are_found(workplace: Path):
    """As when Elasticsearch's launcher is killed and its real process lives on."""
    child, process = start_shell(WITH_CHILD, workplace)
    child.kill()
    child.wait()
    assert not process.is_alive()
    assert len(process.session()) == 1
    process.end(seconds=0)
    assert process.session() == []


def test_unnoted_process_is_found_by_its_mark(workplace: Path):
    child, _ = start_shell("echo up; exec sleep 600", workplace)
    assert [found.pid for found in left_behind(str(workplace))] == [child.pid]
    assert left_behind(str(workplace) + "x") == []


def test_marked_process_does_not_find_itself(workplace: Path, python: str):
    script = "from deploy.native.processes import left_behind; import sys; print(len(left_behind(sys.argv[1])))"
    environment = {**os.environ, "MCCS_STARTED_FOR": str(workplace)}
    found = subprocess.run(
        [python, "-c", script, str(workplace)], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout == "0\n"


def test_book_finds_a_process_again(workplace: Path):
    child, process = start_shell("echo up; exec sleep 600", workplace)
    book = ProcessBook(workplace / "processes")
    book.write("part", child.pid)
    again = ProcessBook(workplace / "processes")
    assert list(again.parts()) == ["part"]
    assert again.read("part") == process
    again.forget("part")
    assert again.read("part") is None


def test_damaged_note_counts_as_none(tmp_path: Path):
    book = ProcessBook(tmp_path)
    for text in ("", "{}", '{"pid": 1}', "[]"):
        (tmp_path / "part.json").write_text(text)
        assert book.read("part") is None


def test_wait_returns_when_the_process_ends(workplace: Path):
    _, process = start_shell("echo up; exec sleep 600", workplace)
    assert not process.wait(0)
    process.send(signal.SIGTERM)
    assert process.wait(5)
