"""The command line: `python -m deploy.native COMMAND`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.native.servers import Options
from deploy.native.stack import Stack
from deploy.native.trouble import Trouble


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
    commands = argparse.ArgumentParser(prog="python -m deploy.native", description=__doc__)
    chosen = commands.add_subparsers(required=True, metavar="COMMAND")
    servers = chosen.add_parser("servers", help="start the four servers only, and print their addresses as JSON")
    servers.add_argument("--directory", type=Path, required=True)
    servers.add_argument("--no-fsync", dest="fsync", action="store_false")
    servers.set_defaults(run=_servers)
    return commands


def _servers(arguments: argparse.Namespace) -> int:
    stack = Stack(arguments.directory, options=Options(fsync=arguments.fsync), report=_to_stderr)
    print(json.dumps(stack.start(), indent=2))
    return 0


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
