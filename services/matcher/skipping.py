"""`skip --source S --position N`: an operator lets the consumer go on after a record that it can't apply."""

import argparse
import sys
from collections.abc import Sequence

from services.chassis.logs import log
from services.matcher.store import Store, halts

_REFUSED = 1


def skip(store: Store, arguments: Sequence[str] | None = None) -> None:
    """Pass over the record at which the consumer halted, and no other. Ends with exit code 1 when it didn't there.

    What that record told stays unknown until a rebuild by a version that understands it.
    """
    parser = argparse.ArgumentParser(prog="python -m services.matcher skip")
    parser.add_argument("--source", required=True, help="as in the log line: directory.events/directory")
    parser.add_argument("--position", required=True, type=int, help="as in the log line")
    given = parser.parse_args(sys.argv[2:] if arguments is None else arguments)
    try:
        halts.skip(store, given.source, given.position)
    except halts.NotHalted as error:
        print(f"Nothing was skipped: {error}", file=sys.stderr)
        raise SystemExit(_REFUSED) from error
    log.critical("matcher.skipped", source=given.source, position=given.position)
