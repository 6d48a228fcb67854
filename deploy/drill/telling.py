"""The table that people see."""

import textwrap
from collections.abc import Iterable, Sequence

from deploy.drill.drilling import CHECKS, DATABASE, Result

WIDTHS = (26, 22, 50, 22)
HEADINGS = ("attack", "found by", "first finding (position: sentence)", "not found by")


def table(results: Iterable[Result]) -> str:
    """One row an attack; long cells go on below."""
    lines = [*_row(HEADINGS), "  ".join("-" * width for width in WIDTHS)]
    for result in results:
        lines += [*_row(_cells(result)), ""]
    return "\n".join(lines)


def _cells(result: Result) -> Sequence[str]:
    first = next((f"{name} – {found}" for name in CHECKS if name != DATABASE and (found := result.said[name])), "–")
    missed = [name for name in CHECKS if name != DATABASE and not result.said[name]]
    return result.attack.name, ", ".join(result.found_by) or "NOBODY", first, ", ".join(missed)


def refusals(results: Sequence[Result]) -> str:
    """What became of the same when it was tried with the service's own login."""
    stopped = [result for result in results if result.said[DATABASE]]
    lines = [f"With no more than the service's own login the database refused {len(stopped)} of {len(results)}:"]
    for result in results:
        said = result.said[DATABASE]
        lines.append(
            f"  {result.attack.name:<50} {said.sentence if said else 'possible: these rows change with every transfer'}"
        )
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> list[str]:
    columns = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, WIDTHS, strict=True)]
    height = max(map(len, columns))
    padded = [[*column, *[""] * (height - len(column))] for column in columns]
    return [
        "  ".join(f"{part:<{width}}" for part, width in zip(parts, WIDTHS, strict=True)).rstrip()
        for parts in zip(*padded, strict=True)
    ]
