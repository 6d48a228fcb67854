"""A projection that keeps effect and position in one file, replaced atomically: a real store, small enough to read.

`python -m tests.chassis.notebook <bootstrap> <topic> <group> <file> <block>` consumes in a process of its own;
while the file `block` exists it stands still after each effect, before the offset is committed.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from events import codec
from events.envelope import Envelope
from services.chassis.consuming import Loop, Received
from services.chassis.process import Stop, new_stop
from tests.waiting import wait_until


class Away(Exception):
    """The store doesn't answer."""


class Notebook:
    """Notes the `word` of every event; what can't be applied is poison."""

    transient = (Away,)

    def __init__(self, file: Path, parks: bool = False) -> None:
        self.file, self.parks = file, parks
        self.before: Callable[[Sequence[Received]], None] = lambda _: None
        self.after: Callable[[], None] = lambda: None

    def decode(self, raw: bytes) -> Envelope:
        return codec.decode(raw)

    def position(self, source: str) -> int:
        return int(self.read()["positions"].get(source, 0))

    def apply(self, source: str, received: Sequence[Received]) -> None:
        self.before(received)
        words = [record.envelope.data["word"] for record in received]  # type: ignore[union-attr]
        self._write(source, received[-1].position, words)
        self.after()

    def skip(self, source: str, received: Received) -> None:
        self._write(source, received.position, [])

    @property
    def words(self) -> list[str]:
        return list(self.read()["words"])

    def read(self) -> dict[str, Any]:
        if not self.file.exists():
            return {"words": [], "positions": {}}
        kept: dict[str, Any] = json.loads(self.file.read_text())
        return kept

    def _write(self, source: str, position: int, words: list[str]) -> None:
        kept = self.read()
        kept["words"] += words
        kept["positions"][source] = position
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(kept))
        os.replace(fresh, self.file)


def consume(notebook: Notebook, bootstrap: str, group: str, topic: str, stop: Stop) -> None:
    """Run the loop of the chassis."""
    Loop(notebook, bootstrap, group, [topic], stop).run()


def main() -> None:
    bootstrap, topic, group, file, block = sys.argv[1:]
    notebook = Notebook(Path(file))
    notebook.after = lambda: wait_until(lambda: not Path(block).exists(), seconds=60) and None
    consume(notebook, bootstrap, group, topic, new_stop())


if __name__ == "__main__":
    main()
