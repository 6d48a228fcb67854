"""`python -m services.directory import-members FILE`: a file of any size, checked and worked off here.

Killed, the schedule goes on with it.
"""

import argparse
import sys
from pathlib import Path

from services.chassis.logs import correlation_id
from services.directory.domain import DirectoryError
from services.directory.handlers import importing
from services.directory.handlers.writing import By, Directory

_SHOWN = 1000


def import_members(directory: Directory, arguments: list[str]) -> None:
    """Check, then import unless it is a dry run. Exits with 1 when rows are not good, 2 when the file is not."""
    asked = _parser().parse_args(arguments)
    by = By(actor="system:import-members", correlation_id=correlation_id())
    try:
        name, content = asked.file.name, asked.file.read_bytes()
        found = importing.check(directory, by, name=name, content=content).document
        _tell_errors(directory, found["import_id"])
        print(f"{found['rows']} rows, {found['bad']} not good.")
        if not asked.dry_run:
            importing.start(directory, by, found["import_id"], mode=asked.mode, invite=asked.invite)
            found = importing.work_off(directory, found["import_id"])
            print(f"{found['state']}: {found['imported']} became members.")
    except (DirectoryError, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    sys.exit(1 if found["bad"] else 0)


def _tell_errors(directory: Directory, import_id: str) -> None:
    for row in directory.store.imports.errors(import_id, 0, _SHOWN):
        for error in row["errors"]:
            print(f"row {row['number']}, {error['field'] or 'row'}: {error['what']} {error['next']}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m services.directory import-members", description=__doc__)
    parser.add_argument("file", type=Path, help="CSV in UTF-8; the first row names the columns")
    parser.add_argument("--mode", choices=("file", "row"), default="row", help="all or nothing, or each row by itself")
    parser.add_argument("--dry-run", action="store_true", help="check alone")
    parser.add_argument("--invite", action="store_true", help="mail each a link to choose a password")
    return parser
