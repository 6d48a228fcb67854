"""Free ports, remembered."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.native.ports import CANDIDATES, PortBook, answers, find_free, is_free


@contextmanager
def listener(port: int = 0) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", port)) as server:
        yield server.getsockname()[1]


def test_port_with_a_listener_is_not_free():
    with listener() as port:
        assert not is_free(port)
        assert answers(port)
    assert is_free(port)
    assert not answers(port)


def test_found_port_is_free_and_not_excluded():
    low = range(CANDIDATES.start, CANDIDATES.stop - 2_000)
    port = find_free(excluding=low)
    assert port in CANDIDATES
    assert port not in low
    assert is_free(port)


def test_chosen_ports_differ_and_are_remembered(tmp_path: Path):
    names = [f"part{number}" for number in range(20)]
    first = PortBook(tmp_path / "ports.json").choose(names)
    assert len(set(first.values())) == len(names)
    assert PortBook(tmp_path / "ports.json").choose(names) == first


def test_remembered_port_that_is_taken_is_replaced_alone(tmp_path: Path):
    book = PortBook(tmp_path / "ports.json")
    before = book.choose(["a", "b"])
    with listener(before["a"]):
        after = book.choose(["a", "b"])
    assert after["a"] != before["a"]
    assert after["b"] == before["b"]


def test_wanted_port_is_taken_when_free_only(tmp_path: Path):
    wanted = find_free()
    assert PortBook(tmp_path / "one.json").choose(["a"], wanted={"a": wanted})["a"] == wanted
    with listener(wanted):
        assert PortBook(tmp_path / "two.json").choose(["a"], wanted={"a": wanted})["a"] != wanted


def test_port_of_a_running_part_is_kept(tmp_path: Path):
    """Only parts that do not run are asked for; the others' ports stay in the book, and are given to nobody else."""
    book = PortBook(tmp_path / "ports.json")
    before = book.choose(["running"])
    with listener(before["running"]):
        after = book.choose(["stopped"], wanted={"stopped": before["running"]})
    assert after["running"] == before["running"]
    assert after["stopped"] != before["running"]


@pytest.mark.parametrize("damaged", ["", "{", "[1]", '{"a": "no number"}', "null"])
def test_damaged_book_counts_as_empty(tmp_path: Path, damaged: str):
    path = tmp_path / "ports.json"
    path.write_text(damaged)
    assert PortBook(path).remembered() == {}
    assert PortBook(path).choose(["a"])["a"] in CANDIDATES
