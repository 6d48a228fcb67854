"""`mccs-audit`: exit code 0 when everything holds, 1 when something is wrong, 2 when it can't be read or used so."""

import argparse
import gc
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from typing import NoReturn

from .checking import Run, Wish
from .heads import BadKey, Keys, jws_of
from .reading import Damaged
from .reporting import as_json, as_text
from .sources import KAFKA, Source, source_of
from .statements import Statement, UnreadableStatement, read_statement

HOLDS, WRONG, UNREADABLE = 0, 1, 2
_STEP_SECONDS = 1
_MILLION = 1_000_000
_BAR = 30


class Unreadable(Exception):
    """What was given can't be read; says what."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the arguments name, report on standard output."""
    given = _parser().parse_args(arguments)
    try:
        wish = _wish(given)
        source = _source(wish, given.jobs)
    except Damaged as damaged:
        print(f"SOMETHING IS WRONG: {damaged}", file=sys.stderr)
        return WRONG
    except Unreadable as problem:
        print(problem, file=sys.stderr)
        return UNREADABLE
    # Nothing here refers to itself: looking for that takes a tenth of the time.
    gc.disable()
    started = time.perf_counter_ns()
    run = Run(source, wish)
    quiet = given.quiet or not sys.stderr.isatty()
    try:
        with _Bar(run, source, quiet=quiet):
            result = run.run()
    except OSError as error:
        print(f"{wish.source} can't be read: {error}", file=sys.stderr)
        return UNREADABLE
    finally:
        source.close()
    milliseconds = (time.perf_counter_ns() - started) // _MILLION
    if given.json:
        sys.stdout.buffer.write(as_json(result, milliseconds))
    elif not (given.quiet and result.holds):
        sys.stdout.write(as_text(result, milliseconds))
    return HOLDS if result.holds else WRONG


def entry_point() -> NoReturn:
    """Of the console script."""
    sys.exit(main())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("mccs-audit", description="Check a book of a ledger, without its operator.")
    parser.add_argument("source", metavar="SOURCE", help="an export, a directory of them, -, or kafka:host:port")
    parser.add_argument("--book", help="the book that it must be (Kafka: default main)")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="JWKS with the ledger's keys, from elsewhere")
    parser.add_argument("--heads", type=Path, action="append", default=[], metavar="FILE", help="heads that you kept")
    parser.add_argument("--statement", type=Path, action="append", default=[], metavar="CSV", help="a statement")
    parser.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="processes for files: all but one hash")
    parser.add_argument("--json", action="store_true", help="the report for machines")
    parser.add_argument("--quiet", action="store_true", help="no progress, and no report when everything holds")
    return parser


def _jobs(text: str) -> int:
    jobs = int(text)
    if not 1 <= jobs <= 64:
        raise ValueError(text)
    return jobs


def _wish(given: argparse.Namespace) -> Wish:
    return Wish(
        source=given.source,
        book=given.book,
        keys=_keys(given.keys) if given.keys else None,
        heads=[jws for path in given.heads for jws in _heads(path)],
        statements=[_statement(path) for path in given.statement],
    )


def _source(wish: Wish, jobs: int) -> Source:
    try:
        return source_of(wish.source, wish.book, jobs)
    except OSError as error:
        raise Unreadable(f"{wish.source} can't be read: {error}") from error
    except ImportError as error:
        raise Unreadable("Reading from Kafka needs the extra: pip install mccs-audit[kafka]") from error
    except RuntimeError as error:
        if not wish.source.startswith(KAFKA):
            raise
        raise Unreadable(f"{wish.source} can't be read: {error}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path} can't be read: {error}") from error


def _keys(path: Path) -> Keys:
    try:
        return Keys.of_document(_read(path))
    except BadKey as error:
        raise Unreadable(f"{path} holds no keys: {error}") from error


def _heads(path: Path) -> list[str]:
    try:
        found = jws_of(_read(path))
    except ValueError as error:
        raise Unreadable(f"{path} holds no heads: {error}") from error
    if not found:
        raise Unreadable(f"{path} holds no heads")
    return found


def _statement(path: Path) -> Statement:
    try:
        return read_statement(str(path), _read(path).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is no statement: {error}") from error
    except UnreadableStatement as error:
        raise Unreadable(str(error)) from error


class _Bar:
    """Progress on a terminal, by a thread that looks on."""

    def __init__(self, run: Run, source: Source, *, quiet: bool) -> None:
        self._run, self._source, self._stopped = run, source, Event()
        self._thread = None if quiet else Thread(target=self._show, daemon=True)

    def __enter__(self) -> None:
        if self._thread:
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        if self._thread:
            self._thread.join()
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _show(self) -> None:
        started = time.perf_counter_ns()
        while not self._stopped.wait(_STEP_SECONDS):
            position, percent = self._run.position, self._source.percent()
            speed = position * 1000 * _MILLION // (time.perf_counter_ns() - started)
            filled = (percent or 0) * _BAR // 100
            bar = f"[{'#' * filled}{' ' * (_BAR - filled)}] {percent:3}% " if percent is not None else ""
            print(f"\r\033[K{bar}position {position:,}, {speed:,} events/s", end="", file=sys.stderr, flush=True)
