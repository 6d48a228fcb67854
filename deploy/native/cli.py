"""The command line: `python -m deploy.native COMMAND`."""

import argparse
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from deploy.native.board import Part, State
from deploy.native.install import install
from deploy.native.mailbox.__main__ import add_mailbox_options, serve_mailbox
from deploy.native.preflight import check_before_start
from deploy.native.processes import ProcessBook
from deploy.native.servers import SERVERS, Options
from deploy.native.software import CHECKOUT
from deploy.native.stack import Stack
from deploy.native.system import System
from deploy.native.table import Display, table
from deploy.native.tasks import audit, create_administrators, load_demo_data, print_setup_link
from deploy.native.tenancy import Tenancy
from deploy.native.trouble import Trouble

USUAL_PORT = 8080


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; trouble becomes a sentence on stderr and exit code 1."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    commands = argparse.ArgumentParser(prog="python -m deploy.native", description="Run the whole system natively.")
    chosen = commands.add_subparsers(required=True, metavar="COMMAND")

    run = chosen.add_parser("run", help="start everything, load demo data, run until Ctrl-C")
    run.add_argument("--port", type=int, help=f"the gateway's port (otherwise {USUAL_PORT}, or any if that is taken)")
    run.add_argument("--no-demo", dest="demo", action="store_false", help="do not load demo data")
    run.add_argument("--empty", action="store_true", help="no logins either: print the link that sets it up")
    run.set_defaults(run=_run)

    chosen.add_parser("stop", help="stop what runs").set_defaults(run=_stop)
    chosen.add_parser("status", help="show what runs").set_defaults(run=_status)

    logs = chosen.add_parser("logs", help="show the ends of the logs, and what is added")
    logs.add_argument("parts", nargs="*", metavar="PART", help="parts to show (otherwise all)")
    logs.add_argument("--no-follow", dest="follow", action="store_false", help="do not wait for more")
    logs.set_defaults(run=_logs)

    chosen.add_parser("seed", help="load demo data into the running system").set_defaults(run=_seed)
    chosen.add_parser("audit", help="prove the running system's ledger").set_defaults(run=_audit)

    wipe = chosen.add_parser("wipe", help="stop, and delete all data of this checkout's system")
    wipe.add_argument("--yes", action="store_true", help="do not ask")
    wipe.set_defaults(run=_wipe)

    chosen.add_parser("install", help="install the four servers into the cache").set_defaults(run=_install)

    servers = chosen.add_parser("servers", help="start the four servers only, and print their addresses as JSON")
    servers.add_argument("--no-fsync", dest="fsync", action="store_false", help="faster, for data that may be lost")
    servers.add_argument("--stop", action="store_true", help="stop them instead")
    servers.set_defaults(run=_servers)

    mailbox = chosen.add_parser("mailbox", help="take all mail and show it on a local page")
    add_mailbox_options(mailbox)
    mailbox.set_defaults(run=serve_mailbox)

    for command in (
        run,
        servers,
        *(chosen.choices[name] for name in ("stop", "status", "logs", "seed", "audit", "wipe")),
    ):
        command.add_argument("--directory", type=Path, default=CHECKOUT / ".run", help="default: .run")
    return commands


def _run(arguments: argparse.Namespace) -> int:
    _let_signals_interrupt()
    started = time.monotonic()
    system = System(
        arguments.directory,
        wanted_port=arguments.port or USUAL_PORT,
        insist_on_port=arguments.port is not None,
        report=_print,
    )
    with ExitStack() as at_the_end:
        try:
            at_the_end.callback(system.stop)
            _run_until_interrupted(system, started, arguments, at_the_end)
        except KeyboardInterrupt:
            _ignore_signals()
            _print("\nStopping …")
    _print("Stopped. Everything is kept for the next run.")
    return 0


def _run_until_interrupted(
    system: System, started: float, arguments: argparse.Namespace, at_the_end: ExitStack
) -> None:
    system.refuse_if_running()
    install(_print)
    check_before_start(system.directory)
    display = Display(system.prepare(), relative_to=Path.cwd())
    at_the_end.callback(display.mute)
    system.start()
    display.finish()
    _print(f"\nAll is ready after {time.monotonic() - started:.0f} s.\n")
    _furnish(system, arguments)
    _print(f"\nOpen {system.address}    mail: {system.mailbox_address}    Ctrl-C or `make stop` stops all.")
    threading.Event().wait()


def _furnish(system: System, arguments: argparse.Namespace) -> None:
    if arguments.empty:
        print_setup_link(system.settings, _print)
        return
    create_administrators(system.settings)
    if arguments.demo:
        load_demo_data(system.settings, _print)


def _let_signals_interrupt() -> None:
    """However we are asked to end, it is done like Ctrl-C."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def _ignore_signals() -> None:
    """Once we stop, a second Ctrl-C must not leave half of it running."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _stop(arguments: argparse.Namespace) -> int:
    tenancy, stack = _of_directory(arguments.directory)
    _print("Stopped." if tenancy.stop(stack) else "Nothing was running.")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    tenancy, stack = _of_directory(arguments.directory)
    published = tenancy.published()
    if published is not None and tenancy.is_held():
        parts = list(published.parts)
        _print(f"Running (process {published.supervisor.pid}), at {published.address}")
    else:
        parts = [_unwatched(kind.name, stack) for kind in SERVERS]
        _print("Not running.")
    _print("\n".join(table(parts, relative_to=Path.cwd())))
    return 0 if tenancy.is_held() else 3


def _unwatched(server: str, stack: Stack) -> Part:
    is_alive = stack.process(server) is not None
    note = "left by a killed supervisor" if is_alive else ""
    return Part(name=server, state=State.READY if is_alive else State.STOPPED, log=str(stack.log(server)), note=note)


def _logs(arguments: argparse.Namespace) -> int:
    folder = arguments.directory / "logs"
    known = {path.stem: path for path in sorted(folder.glob("*.log"))}
    unknown = [part for part in arguments.parts if part not in known]
    if unknown or not known:
        have = f"There are: {', '.join(known)}" if known else "Start the system first: make run"
        raise Trouble(f"No log of {', '.join(unknown) or 'any part'} in {folder}.", remedy=have)
    tail = shutil.which("tail") or "tail"
    files = [str(known[part]) for part in arguments.parts or known]
    sys.stdout.flush()
    os.execv(tail, [tail, "-n", "40", *(["-F"] if arguments.follow else []), "--", *files])  # noqa: S606 -- a fixed program


def _seed(arguments: argparse.Namespace) -> int:
    return 0 if load_demo_data(_running_system(arguments.directory).settings, _print) else 1


def _audit(arguments: argparse.Namespace) -> int:
    return audit(_running_system(arguments.directory).settings)


def _running_system(directory: Path) -> System:
    system = System(directory)
    system.attach()
    return system


def _wipe(arguments: argparse.Namespace) -> int:
    if not arguments.yes and not _confirmed(f"Delete everything in {arguments.directory}? Type yes: "):
        raise Trouble("Nothing was deleted.", remedy="Answer yes, or give --yes.")
    tenancy, stack = _of_directory(arguments.directory)
    tenancy.stop(stack)
    tenancy.remove(stack)
    _print(f"Deleted {arguments.directory}.")
    return 0


def _confirmed(question: str) -> bool:
    try:
        return input(question).strip() == "yes"
    except EOFError:
        return False


def _install(_: argparse.Namespace) -> int:
    _print(f"Installed in {install(_print).cache}")
    return 0


def _servers(arguments: argparse.Namespace) -> int:
    stack = Stack(arguments.directory, options=Options(fsync=arguments.fsync), report=_print_aside)
    if arguments.stop:
        stack.stop()
    else:
        print(json.dumps(stack.start(), indent=2))
    return 0


def _of_directory(directory: Path) -> tuple[Tenancy, Stack]:
    where = directory.absolute()
    return Tenancy(where, ProcessBook(where / "processes")), Stack(where / "stack", logs=where / "logs", report=_print)


def _print(line: str) -> None:
    print(line, flush=True)


def _print_aside(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
