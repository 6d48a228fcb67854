"""What an audit came to: for people, and for machines (the shape is in README.md and stays)."""

from typing import Any

import orjson

from .checking import Result
from .state import Finding
from .walking import Check


def found(result: Result) -> list[tuple[Check, Finding]]:
    """Everything that is wrong, the first bad position first; what is at no position comes last."""
    pairs = [(check, finding) for check in result.checks for finding in check.findings]
    return sorted(pairs, key=lambda pair: (pair[1].position == 0, pair[1].position))


def as_json(result: Result, milliseconds: int) -> bytes:
    """One JSON object, indented, with a newline at its end."""
    count = result.last - result.first + 1
    document: dict[str, Any] = {
        "mccs_audit": 1,
        "source": result.source,
        "holds": result.holds,
        "book": result.book,
        "unit": result.unit,
        "first": result.first,
        "last": result.last,
        "events": count,
        "hash": result.hash,
        "time": result.time,
        "accounts": result.accounts,
        "transfers": result.transfers,
        "keys": {"pinned": result.pinned, "fingerprints": result.fingerprints},
        "newest_head": _head(result),
        "checks": [
            {"name": check.name, "what": check.what, "holds": check.holds, "count": check.count}
            for check in result.checks
        ],
        "findings": [
            {"position": finding.position, "check": check.name, "sentence": finding.sentence}
            for check, finding in found(result)
        ],
        "notes": result.notes,
        "milliseconds": milliseconds,
        "events_per_second": _speed(count, milliseconds),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def as_text(result: Result, milliseconds: int) -> str:
    """Lines for people."""
    count = result.last - result.first + 1
    lines = [f"Audit of {result.source}", ""]
    facts = {
        "book": f"{result.book} ({result.unit})" if result.unit else result.book,
        "events": f"{count:,}, positions {result.first} to {result.last}, {_speed(count, milliseconds):,} a second",
        "hash": result.hash,
        "time": result.time,
        "accounts": result.accounts,
        "transfers": result.transfers,
        "head": f"number {result.newest.number}, size {result.newest.size}" if result.newest else None,
        "keys": ", ".join(result.fingerprints) + (" (given)" if result.pinned else " (of the source itself)"),
    }
    lines += [f"  {name:<10} {value}" for name, value in facts.items() if value not in (None, "")]
    lines.append("")
    lines += [f"  {'ok' if check.holds else 'FAILED':<7}{check.what} ({check.count:,})" for check in result.checks]
    wrong = found(result)
    if wrong:
        lines += ["", "What is wrong, the first place first:"]
        lines += [f"  {_place(finding)}{finding.sentence}" for _, finding in wrong]
    lines += ["", *(f"Note: {note}" for note in result.notes)]
    lines += ["", "Everything that was checked holds." if result.holds else "SOMETHING IS WRONG."]
    return "\n".join(lines) + "\n"


def _speed(count: int, milliseconds: int) -> int:
    return count * 1000 // max(milliseconds, 1)


def _place(finding: Finding) -> str:
    return f"position {finding.position}: " if finding.position else ""


def _head(result: Result) -> dict[str, Any] | None:
    head = result.newest
    if head is None:
        return None
    return {
        "number": head.number,
        "size": head.size,
        "root": head.root.hex(),
        "hash": head.hash.hex(),
        "sum": head.sum,
        "accounts": head.accounts,
        "time": head.time,
        "kid": head.kid,
    }
