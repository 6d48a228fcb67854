"""A plugin of `tests.run`: one process collects the tests, and several that are forked from it run them.

With a process of its own for each, every one of them imports and collects ten thousand tests, which takes longer than
most of what is tested. Who has nothing left takes the next file, and of a long file the next part.
"""

import gc
import itertools
import os
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

import pytest

PROCESSES = 4
"""Two more than cores: many tests wait for processes and servers."""
_PART = 40
"""So many tests of a file, at most, are taken at once."""
_FORKING = get_context("fork")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--wait-for", type=int, help="file descriptor of a pipe that says settings once they are known")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run what was collected, unless that failed: pytest says so."""
    if session.testsfailed or session.config.option.collectonly:
        return None
    if (pipe := session.config.option.wait_for) is not None:
        _take_settings(session, pipe)
    # What is there now is looked at by no collection: else each process would get a copy of all memory.
    gc.freeze()
    parts, taken = _parts(session.items), _FORKING.Value("i", 0)
    pairs = [_FORKING.Pipe(duplex=False) for _ in range(PROCESSES)]
    workers = [_FORKING.Process(target=_work, args=(session, parts, taken, sending)) for _, sending in pairs]
    for worker in workers:
        worker.start()
    for _, sending in pairs:
        sending.close()
    try:
        _miss(session, _hear(session, [receiving for receiving, _ in pairs]))
    finally:
        for worker in workers:
            worker.join(0)
            worker.terminate()
            worker.join()
    return True


def _take_settings(session: pytest.Session, pipe: int) -> None:
    """Lines `NAME=value`: the servers started while tests were collected."""
    with os.fdopen(pipe) as said:
        settings = dict(line.split("=", 1) for line in said.read().splitlines())
    if not settings:
        raise session.Interrupted("the servers did not start")
    os.environ.update(settings)


def _parts(items: list[pytest.Item]) -> list[list[pytest.Item]]:
    """What is run by one process after the other: a file whose tests take long, else some tests of a file."""
    parts: list[list[pytest.Item]] = []
    for (_, is_long), of_file in itertools.groupby(items, lambda item: (item.path, _is_long(item))):
        tests = list(of_file)
        size = len(tests) if is_long else _PART
        parts += [tests[first : first + size] for first in range(0, len(tests), size)]
    return parts


def _is_long(item: pytest.Item) -> bool:
    return item.get_closest_marker("long") is not None


# --- in the processes that run tests ------------------------------------------------------------------------------


class _Telling:
    """In place of the terminal: everything is said to the process that collected."""

    def __init__(self, config: pytest.Config, sending: Connection) -> None:
        self._config, self._sending = config, sending

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self._sending.send(("start", nodeid, location))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._sending.send(("report", report.nodeid, told))

    def pytest_runtest_logfinish(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self._sending.send(("finish", nodeid, location))


def _work(session: pytest.Session, parts: list[list[pytest.Item]], taken: Any, sending: Connection) -> None:
    plugins = session.config.pluginmanager
    plugins.unregister(name="terminalreporter")
    plugins.register(_Telling(session.config, sending))
    # What is printed goes into a file: with that of the others its beginning and end would be anywhere.
    capturing: Any = plugins.getplugin("capturemanager")
    capturing.stop_global_capturing()
    capturing.start_global_capturing()
    capturing.suspend_global_capture()
    items = _items(parts, taken)
    item = next(items, None)
    try:
        while item is not None:
            # Pytest keeps the fixtures that the next one needs too.
            following = next(items, None)
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            item = following
    finally:
        session._setupstate.teardown_exact(None)
        capturing.stop_global_capturing()
        sending.close()


def _items(parts: list[list[pytest.Item]], taken: Any) -> Iterator[pytest.Item]:
    while True:
        with taken.get_lock():
            number, taken.value = taken.value, taken.value + 1
        if number >= len(parts):
            return
        yield from parts[number]


# --- in the process that collected --------------------------------------------------------------------------------


def _hear(session: pytest.Session, receiving: list[Connection]) -> set[str]:
    """Pass on what the others say until all have ended; the tests that were done."""
    hook, done = session.config.hook, set[str]()
    while receiving:
        for each in wait(receiving):
            assert isinstance(each, Connection)
            try:
                what, nodeid, told = each.recv()
            except EOFError:
                receiving.remove(each)
                continue
            if what == "start":
                hook.pytest_runtest_logstart(nodeid=nodeid, location=told)
            elif what == "finish":
                hook.pytest_runtest_logfinish(nodeid=nodeid, location=told)
                done.add(nodeid)
            else:
                report = hook.pytest_report_from_serializable(config=session.config, data=told)
                hook.pytest_runtest_logreport(report=report)
    return done


def _miss(session: pytest.Session, done: set[str]) -> None:
    """A test that nobody has done failed: its process died of it, or of the one before."""
    for item in session.items:
        if item.nodeid not in done:
            told = "its process died before it was done"
            report = pytest.TestReport(item.nodeid, item.location, {}, "failed", told, "call")
            session.config.hook.pytest_runtest_logreport(report=report)
