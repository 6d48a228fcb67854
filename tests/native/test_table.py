"""The table that people see."""

import io
from pathlib import Path

from deploy.native.board import Board, Part, State
from deploy.native.table import Display, table

PARTS = [
    Part(
        name="postgres", state=State.READY, address="postgresql://127.0.0.1:1/postgres", log="/here/logs/postgres.log"
    ),
    Part(name="ledger-consume", state=State.RESTARTING, log="/else/ledger-consume.log", note="ended with code 1\nmore"),
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_columns_are_aligned_and_notes_kept_to_a_line():
    lines = table(PARTS, relative_to=Path("/here"))
    assert len(lines) == 3
    assert lines[0].split() == ["part", "state", "address", "log"]
    assert len({line.index(word) for line, word in zip(lines, ("state", "ready", "restarting"), strict=True)}) == 1
    assert lines[1].endswith("  logs/postgres.log")
    assert "restarting: ended with code 1  " in lines[2]
    assert lines[2].endswith("/else/ledger-consume.log")


def test_without_a_terminal_each_change_is_a_line():
    board, output = Board(PARTS), io.StringIO()
    display = Display(board, output=output)
    board.mark("postgres", State.STARTING)
    board.mark("postgres", State.STARTING)
    board.mark("postgres", State.FAILED, "it did\nthis")
    board.mark("postgres", State.STOPPED)
    assert output.getvalue() == "postgres: starting\npostgres: failed (it did)\n"
    display.finish()
    assert len(output.getvalue().splitlines()) == 2 + 3


def test_on_a_terminal_the_table_is_rewritten():
    board, output = Board(PARTS), Terminal()
    display = Display(board, output=output)
    board.mark("postgres", State.STARTING)
    board.mark("postgres", State.READY)
    assert output.getvalue().count("\x1b[3A\x1b[J") == 1
    display.finish()
    board.mark("ledger-consume", State.READY)
    assert output.getvalue().endswith("ledger-consume: ready\n")
    display.mute()
    board.mark("ledger-consume", State.STOPPED)
    assert output.getvalue().endswith("ledger-consume: ready\n")


def test_board_wakes_those_who_wait():
    board = Board(PARTS)
    board.listen(lambda part: None)
    assert not board.wait(lambda states: states["ledger-consume"] is State.READY, seconds=0)
    board.mark("ledger-consume", State.READY)
    assert board.wait(lambda states: set(states.values()) == {State.READY}, seconds=0)
