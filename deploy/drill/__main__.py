"""`python -m deploy.drill`: exit code 0 when every attack is found by somebody, else 1."""

import argparse
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import structlog

from deploy.drill import checks
from deploy.drill.attacks import ATTACKS, Attack
from deploy.drill.copying import MOST_EVENTS, Original
from deploy.drill.drilling import Drill, Result, Unsound
from deploy.drill.forging import NothingToForge
from deploy.drill.places import Place, Places
from deploy.drill.small_book import BOOK, a_key, make_small_book
from deploy.drill.telling import refusals, table
from deploy.native.servers import Options
from deploy.native.software import CHECKOUT
from deploy.native.stack import Stack
from deploy.native.system import System
from deploy.native.trouble import Trouble
from services.ledger.heads import HeadKey

SECONDS = 110.0
"""After so long no further attack is begun."""
_LEAST_EVENTS = 20


def main() -> int:
    """Find a server and a book, drill, tell."""
    arguments = _parser().parse_args()
    # What the ledger logs of an attack is no news here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with ExitStack() as endings:
            admin_url, original = _where(arguments, endings)
            folder = Path(endings.enter_context(tempfile.TemporaryDirectory(prefix="mccs-drill-")))
            places = endings.enter_context(Places(admin_url))
            chosen = [attack for attack in ATTACKS if arguments.only in attack.name]
            return _drilled(_prepared(places, original, folder), chosen)
    except (Trouble, Unsound, NothingToForge, psycopg.OperationalError) as trouble:
        print(trouble, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.drill", description=__doc__)
    parser.add_argument("--directory", type=Path, default=CHECKOUT / ".run", help="of the running system")
    parser.add_argument("--only", default="", metavar="TEXT", help="attacks that have this in their names")
    parser.add_argument("--server", metavar="URL", help="a PostgreSQL superuser's: a small book there")
    parser.add_argument("--small", action="store_true", help="a small book, even if a system runs")
    return parser


def _where(arguments: argparse.Namespace, endings: ExitStack) -> tuple[str, Original | None]:
    """The running system's server and book; else the server that was named; else one that is started for it."""
    original = None if arguments.small or arguments.server else _running(arguments.directory)
    if original:
        return original
    if arguments.server:
        return arguments.server, None
    print("No system runs here: starting a PostgreSQL for the drill ...", flush=True)
    return endings.enter_context(_own_server()), None


def _running(directory: Path) -> tuple[str, Original] | None:
    system = System(directory)
    try:
        system.attach()
    except Trouble:
        return None
    settings = system.settings.of_service("ledger")
    original = Original(settings["LEDGER_DATABASE_URL"], settings.get("LEDGER_BOOK", BOOK))
    size = original.size()
    if not _LEAST_EVENTS <= size <= MOST_EVENTS:
        print(f"The running book has {size} events: the drill takes a small one of its own.")
        return None
    return system.server_addresses["POSTGRES_ADMIN_URL"], original


@contextmanager
def _own_server() -> Iterator[str]:
    directory = Path(tempfile.mkdtemp(prefix="mccs-drill-server-"))
    # The server may run as a user of its own.
    directory.chmod(0o755)
    stack = Stack(directory / "stack", options=Options(fsync=False))
    try:
        yield stack.start(["postgres"])["POSTGRES_ADMIN_URL"]
    finally:
        stack.wipe()
        shutil.rmtree(directory, ignore_errors=True)


def _prepared(places: Places, original: Original | None, folder: Path) -> Drill:
    base, key = places.make(), HeadKey(a_key())
    book = original.book if original else BOOK
    _fill(base, original, key)
    drill = Drill(places, base, book, key, folder)
    drill.prepare()
    what = f"A copy of the running book {book!r}" if original else "A small book"
    known = drill.known
    print(f"{what}: {known.size} events, signed up to {known.signed}. Each attack is made on a copy of its own.")
    return drill


def _fill(base: Place, original: Original | None, key: HeadKey) -> None:
    if original:
        original.copy_into(base)
    else:
        make_small_book(base.url, lambda: checks.sign(base, BOOK, key))


def _drilled(drill: Drill, attacks: Sequence[Attack]) -> int:
    started = time.monotonic()
    if wrong := {name: found for name, found in drill.untouched().items() if found}:
        print(f"Something is found in a copy that nobody attacked: {wrong}", file=sys.stderr)
        return 1
    results: list[Result] = []
    for attack in attacks:
        if time.monotonic() - started > SECONDS:
            break
        results.append(drill.run(attack))
        print("." if results[-1].is_found else "!", end="", flush=True)
    print(f" {time.monotonic() - started:.0f} s\n\n{table(results)}\n{refusals(results)}\n")
    return _verdict(results, attacks[len(results) :])


def _verdict(results: Sequence[Result], left_out: Sequence[Attack]) -> int:
    missed = [result.attack.name for result in results if not result.is_found]
    left = [attack.name for attack in left_out]
    if missed:
        print(f"FOUND BY NOBODY: {'; '.join(missed)}")
    if left:
        print(f"There was no time left for: {'; '.join(left)}")
    if not missed and not left:
        print(
            "Every attack is found by somebody. What only heads kept elsewhere find, nothing else can: docs/audit.md."
        )
    return 1 if missed or left else 0


if __name__ == "__main__":
    sys.exit(main())
