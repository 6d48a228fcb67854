"""A book as a stream of lines that prove themselves: for administrators and auditors.

Each export has a connection of its own, which holds no snapshot, and there are few at once: the pool stays free. A
stream that ends early lacks its manifest, so nobody takes it for whole.
"""

import time
from collections.abc import Callable, Iterator
from typing import cast

from flask import Response, current_app, request

from services.chassis.logs import log
from services.chassis.web import Problem, Unavailable, allow, query
from services.ledger.api.blueprint import bp, unit
from services.ledger.exporting import NoHead, NotCovered, compressed, covered, stream
from services.ledger.schemas.exports import EXPORT
from services.ledger.segments import name_of
from services.ledger.store.exports import ExportAway, ExportSource, MissingEvents, Part
from services.ledger.store.tree import TreeBehind

MOST = 2
"""Exports at once in a worker."""
IDLE_SECONDS = 60
"""A client that has taken nothing for so long gives its place to the next."""
_HEAD_SECONDS = 4
_PAGE = 500
"""Events a page: commands are answered between two."""


class Running:
    """One export on its way to a client."""

    def __init__(self, source: ExportSource) -> None:
        self.source, self.moved = source, time.monotonic()
        self._reached, self._state = 0, "abandoned"

    def pieces(self, lines: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
        """The stream. What goes wrong is logged and raised: the server then cuts the connection."""
        try:
            for reached, piece in lines:
                self._reached, self.moved = reached, time.monotonic()
                yield piece
            self._state = "whole"
        except (ExportAway, MissingEvents) as error:
            self._state = "broken"
            log.error("export.broken", position=self._reached, error=type(error).__name__)
            raise

    def tell(self) -> None:
        """How it ended."""
        if self._state != "broken":
            log.info("export.ended", position=self._reached, state=self._state)


class Exports:
    """Gives places to exports. `open_source` connects."""

    def __init__(self, open_source: Callable[[], ExportSource], most: int = MOST, idle: int = IDLE_SECONDS) -> None:
        self._open, self._most, self._idle = open_source, most, idle
        self._running: list[Running] = []
        self._opening = 0

    def begin(self) -> Running:
        """Raises Unavailable when all places are taken, ExportAway."""
        for running in list(self._running):
            if time.monotonic() - running.moved > self._idle:
                self.end(running)
        if len(self._running) + self._opening >= self._most:
            raise Unavailable("export.busy", "Others are exporting at the moment. Try again in a minute.", 30)
        self._opening += 1
        try:
            running = Running(self._open())
        finally:
            self._opening -= 1
        self._running.append(running)
        return running

    def end(self, running: Running) -> None:
        """Its place and connection are free; once more does nothing."""
        if running in self._running:
            self._running.remove(running)
            running.source.close()
            running.tell()


@bp.get("/export")
@allow("admin", "auditor")
def get_export() -> Response:
    """The events from `first` to `last` with hashes, signed heads and a manifest (NDJSON), as gzip on request."""
    asked = query(EXPORT)
    exports = cast(Exports, current_app.extensions["exports"])
    try:
        running = exports.begin()
    except ExportAway as error:
        raise Unavailable("ledger.unavailable", str(error)) from error
    try:
        part = _part(running.source, asked["first"], asked["last"])
    except BaseException:
        exports.end(running)
        raise
    lines = stream(running.source, part, unit(), _PAGE)
    response = Response(running.pieces(compressed(lines) if asked["gzip"] else lines))
    response.content_type = "application/gzip" if asked["gzip"] else "application/x-ndjson"
    name = name_of(part.book, part.first, part.last, packed=asked["gzip"])
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(lambda: exports.end(running))
    if request.method == "HEAD":
        # Its body is never begun, and never closed.
        exports.end(running)
    return response


def _part(source: ExportSource, first: int, last: int | None) -> Part:
    try:
        return source.part(first, covered(source, first, last, _HEAD_SECONDS))
    except NoHead as error:
        raise Problem(404, "head.none", "The book has no signed head yet. Try again in a minute.") from error
    except NotCovered as error:
        raise Problem(404, "proof.not_covered", str(error)) from error
    except TreeBehind as error:
        raise Unavailable("proof.building", str(error)) from error
    except ExportAway as error:
        raise Unavailable("ledger.unavailable", str(error)) from error
