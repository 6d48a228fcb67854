"""How far a long piece of work is: one line that changes on a terminal, a line now and then elsewhere."""

import sys
import time
from typing import TextIO

_TERMINAL_SECONDS, _PLAIN_SECONDS = 0.2, 10.0


class Progress:
    """Counts towards `total`; tells speed and the time that is left. A total of 0 is not known."""

    def __init__(self, what: str, total: int, out: TextIO = sys.stderr) -> None:
        self._what, self._total, self._out = what, total, out
        self._started = self._told = time.monotonic()
        self._pause = _TERMINAL_SECONDS if out.isatty() else _PLAIN_SECONDS

    def reach(self, done: int) -> None:
        """`done` of the total are done."""
        if time.monotonic() - self._told >= self._pause:
            self._told = time.monotonic()
            left = f"{max(self._total - done, 0) / max(self._speed(done), 1e-9):.0f} s left"
            self._tell(done, left if self._total else "so far")

    def finish(self, done: int) -> None:
        """The last word."""
        self._tell(done, f"{time.monotonic() - self._started:.1f} s")
        if self._out.isatty():
            print(file=self._out, flush=True)

    def _speed(self, done: int) -> float:
        return done / max(time.monotonic() - self._started, 1e-9)

    def _tell(self, done: int, rest: str) -> None:
        total = f" of {self._total:,}" if self._total else ""
        share = f"{done:,}{total} {self._what}, {self._speed(done):,.0f}/s, {rest}"
        if self._out.isatty():
            print(f"\r\x1b[K{share}", end="", file=self._out, flush=True)
        else:
            print(share, file=self._out, flush=True)
