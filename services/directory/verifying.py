"""`python -m services.directory verify-audit`: the audit log from its first entry, or from a place on."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from services.directory import signing
from services.directory.domain.audit import Head, SignedHead
from services.directory.handlers import audit_checks
from services.directory.handlers.audit_checks import UnknownPosition
from services.directory.signing import BadHead
from services.directory.store import Store


def verify_audit(store: Store, arguments: Sequence[str]) -> None:
    """Check the chain of the audit log, and that it has the heads that were kept elsewhere.

    Ends with 0 when it is whole, with 1 when something is wrong: what, and at which entry first.
    """
    asked = _asked(arguments)
    signed = [head for file in asked.heads for head in file]
    for kid, number in Counter(head.kid for head in signed).items():
        print(f"kept heads: {number}, signed with the key {kid}. Is that the key that you were told?")
    heads: list[Head] = [*asked.head, *(each.head for each in signed)]
    try:
        start = audit_checks.start_after(store, asked.since - 1)
    except UnknownPosition as error:
        sys.exit(str(error))
    report = audit_checks.verify(store, start=start, heads=[head for head in heads if head.position >= start.position])
    print(audit_checks.words(report, heads))
    if report.finding:
        sys.exit(1)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.directory verify-audit", description=verify_audit.__doc__)
    parser.add_argument("--since", type=_position, default=1, help="the first entry to check; what is before is taken")
    parser.add_argument(
        "--head",
        type=_head,
        action="append",
        default=[],
        metavar="POSITION:HASH",
        help="a head that was kept elsewhere; may be given several times",
    )
    parser.add_argument(
        "--heads",
        type=_kept_heads,
        action="append",
        default=[],
        metavar="FILE",
        help="signed heads that were kept elsewhere, as the activity page gives them; may be given several times",
    )
    return parser.parse_args(arguments)


def _position(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a position, from 1 on")
    return int(text)


def _head(text: str) -> Head:
    try:
        return Head.read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _kept_heads(path: str) -> list[SignedHead]:
    try:
        return signing.kept(Path(path).read_bytes())
    except (OSError, BadHead) as error:
        raise argparse.ArgumentTypeError(f"{path}: {error}") from error
