"""What the network lacks, as lines of a spreadsheet: the same for the page and for the API."""

from collections.abc import Iterator

from services.gateway.clients import Document
from services.gateway.paper.spreadsheet import harmless, lines


def csv_of(found: Document) -> str:
    """An insight of the matcher as CSV."""
    return lines([("list", "month", "town", "tag", "members"), *_rows(found)])


def _rows(found: Document) -> Iterator[tuple[object, ...]]:
    for kind in ("unmet", "unused"):
        for each in found[kind]:
            yield (kind, each["newest_at"][:7], "", harmless(each["tag"]), each["members"])
    for each in found["months"]:
        yield ("wanted", each["month"], harmless(each["area"]), harmless(each["tag"]), each["members"])
