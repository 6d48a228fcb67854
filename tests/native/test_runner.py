"""The life of one program, with small real processes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.native.board import Board, Part, State
from deploy.native.ports import find_free
from deploy.native.processes import ProcessBook, left_behind
from deploy.native.programs import Program
from deploy.native.readiness import Finished, Heartbeat, Readiness, Tcp
from deploy.native.runner import Runner

SECONDS = 20


class Stage:
    """A directory with a board, and runners on it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.board = Board([Part(name="store"), Part(name="program")])
        self.history: list[State] = []
        self.board.listen(lambda part: self.history.append(part.state) if part.name == "program" else None)
        self.runners: list[Runner] = []

    def run(
        self, script: str, readiness: Readiness, *, seconds: float = 10, depends_on: tuple[str, ...] = ()
    ) -> Runner:
        program = Program(
            name="program",
            argv=(sys.executable, "-c", script),
            environment={},
            readiness=readiness,
            depends_on=depends_on,
            start_seconds=seconds,
        )
        runner = Runner(
            program,
            board=self.board,
            processes=ProcessBook(self.directory / "processes"),
            log=self.directory / "program.log",
            mark=str(self.directory),
        )
        self.runners.append(runner)
        runner.begin()
        return runner

    def wait(self, state: State) -> bool:
        return self.board.wait(lambda states: states["program"] is state, seconds=SECONDS)

    def beating(self) -> tuple[str, Heartbeat]:
        """A well-behaved program and how it tells."""
        file = self.directory / "heartbeat"
        return f"import pathlib, signal; pathlib.Path({str(file)!r}).touch(); signal.pause()", Heartbeat(file)


@pytest.fixture
def stage(workplace: Path) -> Iterator[Stage]:
    stage = Stage(workplace)
    yield stage
    for runner in stage.runners:
        runner.stop()
    assert left_behind(str(workplace)) == []


def test_program_becomes_ready_and_stops(stage: Stage):
    runner = stage.run(*stage.beating())
    assert stage.wait(State.READY)
    process = runner.process
    assert process is not None
    runner.stop()
    assert not process.is_alive()
    assert stage.history == [State.STARTING, State.READY, State.STOPPED]


def test_program_waits_for_what_it_needs(stage: Stage):
    runner = stage.run(*stage.beating(), depends_on=("store",))
    assert stage.board.state("program") is State.WAITING
    assert runner.process is None
    stage.board.mark("store", State.READY)
    assert stage.wait(State.READY)


def test_waiting_program_can_be_stopped(stage: Stage):
    stage.run(*stage.beating(), depends_on=("store",)).stop()
    assert stage.history == [State.STOPPED]


def test_old_heartbeat_does_not_count(stage: Stage):
    _, heartbeat = stage.beating()
    heartbeat.file.touch()
    stage.run("import signal; signal.pause()", heartbeat, seconds=0.3)
    assert stage.wait(State.FAILED)


def test_open_port_counts(stage: Stage):
    port = find_free()
    stage.run(f"import socket, signal; s = socket.create_server(('127.0.0.1', {port})); signal.pause()", Tcp(port))
    assert stage.wait(State.READY)


def test_one_off_is_done_and_not_started_again(stage: Stage):
    stage.run("print('did it')", Finished())
    assert stage.wait(State.DONE)
    assert (stage.directory / "program.log").read_text() == "did it\n"
    assert stage.history == [State.STARTING, State.DONE]


def test_crashed_program_is_started_again(stage: Stage):
    runner = stage.run(*stage.beating())
    assert stage.wait(State.READY)
    before = runner.process
    runner.kill(come_back=True)
    assert stage.wait(State.READY)
    assert runner.process != before
    assert State.RESTARTING in stage.history


def test_killed_program_stays_away_until_restarted(stage: Stage):
    runner = stage.run(*stage.beating())
    assert stage.wait(State.READY)
    runner.kill(come_back=False)
    assert stage.board.state("program") is State.STOPPED
    assert left_behind(str(stage.directory)) == []
    runner.restart()
    assert stage.wait(State.READY)


def test_program_that_never_starts_is_given_up_with_its_reason(stage: Stage):
    stage.run("raise SystemExit('no database')", Finished())
    assert stage.wait(State.FAILED)
    assert stage.history.count(State.STARTING) == 3
    [part] = [part for part in stage.board.parts() if part.name == "program"]
    assert part.note == "ended with code 1"
    assert (stage.directory / "program.log").read_text() == "no database\n" * 3


def test_bad_settings_are_not_tried_again(stage: Stage):
    """Exit code 78 (settings) and 3 (gap in the events): another try cannot help."""
    stage.run("raise SystemExit(78)", Finished())
    assert stage.wait(State.FAILED)
    assert stage.history.count(State.STARTING) == 1


def test_workers_of_a_killed_leader_do_not_live_on(stage: Stage):
    file = stage.directory / "heartbeat"
    script = f"""
import os, pathlib, signal
if os.fork() == 0:
    signal.pause()
pathlib.Path({str(file)!r}).touch()
signal.pause()
"""
    runner = stage.run(script, Heartbeat(file))
    assert stage.wait(State.READY)
    process = runner.process
    assert process is not None
    assert len(process.session()) == 2
    process.send(9)
    assert stage.wait(State.RESTARTING)
    assert process.session() == []
