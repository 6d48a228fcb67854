"""The one table that people see: part, state, address, log file."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from deploy.native.board import Board, Part, State

HEADINGS = ("part", "state", "address", "log")


def table(parts: Sequence[Part], *, relative_to: Path | None = None) -> list[str]:
    """The table's lines."""
    rows = [HEADINGS, *(_row(part, relative_to) for part in parts)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(part: Part, relative_to: Path | None) -> tuple[str, ...]:
    state = f"{part.state}: {part.note.splitlines()[0]}" if part.note else str(part.state)
    log = Path(part.log)
    if relative_to is not None and log.is_relative_to(relative_to):
        log = log.relative_to(relative_to)
    return (part.name, state, part.address, str(log))


class Display:
    """Shows a board while it changes: rewritten in place on a terminal, a line per change elsewhere.

    Once all is ready, or a part has failed, the table stands; later changes are a line each.
    """

    def __init__(self, board: Board, *, output: TextIO = sys.stdout, relative_to: Path | None = None) -> None:
        self._board = board
        self._output = output
        self._relative_to = relative_to
        self._rewrites = output.isatty() and shutil.get_terminal_size().lines > len(board.parts()) + 2
        self._lines_on_screen = 0
        self._is_muted = False
        board.listen(self._show_change)

    def finish(self) -> None:
        """Print the table a last time; from now on lines."""
        self._print_table()
        self._rewrites = False

    def mute(self) -> None:
        """Say no more: everything that happens while the system stops is meant to."""
        self._is_muted = True

    def _show_change(self, part: Part) -> None:
        if self._is_muted:
            return
        if self._rewrites:
            self._print_table()
        else:
            note = f" ({part.note.splitlines()[0]})" if part.note else ""
            self._print(f"{part.name}: {part.state}{note}")
        if part.state is State.FAILED:
            # What follows is the clean-up: the table must go on telling what was wrong.
            self.mute()

    def _print_table(self) -> None:
        lines = table(self._board.parts(), relative_to=self._relative_to)
        if self._rewrites:
            columns = shutil.get_terminal_size().columns
            # A wrapped line would make the way back up too short.
            lines = [line[:columns] for line in lines]
            if self._lines_on_screen:
                self._output.write(f"\x1b[{self._lines_on_screen}A\x1b[J")
            self._lines_on_screen = len(lines)
        self._print("\n".join(lines))

    def _print(self, text: str) -> None:
        self._output.write(text + "\n")
        self._output.flush()
