"""Where a page ended, as a text that only its own search takes back. Pure.

A cursor goes on after the last hit instead of counting from the first: it is as fast on page 1000 as on page 1, goes
deeper than 10 000, and neither repeats nor loses an entity when others come and go in between.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast, get_args

from services.directory.search.asking import Effort, Search

_LONGEST = 1_000
_VALUE_MAX = 300


class CursorInvalid(Exception):
    """The cursor was changed, or belongs to another search."""


def encoded(search: Search, effort: Effort, values: Sequence[Any]) -> str:
    """The cursor after the hit that sorts by `values`."""
    content = json.dumps([fingerprint(search), effort, list(values)], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def decoded(search: Search, text: str) -> tuple[Effort, list[Any]]:
    """How hard the page before was looked for, and where it ended. Raises CursorInvalid."""
    content = _content(text)
    if not (isinstance(content, list) and len(content) == 3):
        raise CursorInvalid
    mark, effort, values = content
    if mark != fingerprint(search) or effort not in get_args(Effort) or not _are_sort_values(values):
        raise CursorInvalid
    return cast(Effort, effort), values


def _content(text: str) -> Any:
    if len(text) > _LONGEST:
        raise CursorInvalid
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise CursorInvalid from error


def fingerprint(search: Search) -> str:
    """The same for every page of one search, whatever their size."""
    asked = replace(search, skip=0, limit=0, after=None, facets=False)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def _are_sort_values(values: Any) -> bool:
    """Numbers and short texts alone, ending in an id: Elasticsearch is asked nothing else."""
    if not isinstance(values, list) or not 2 <= len(values) <= 4 or not isinstance(values[-1], str):
        return False
    return all(
        (isinstance(value, str) and len(value) <= _VALUE_MAX)
        or (isinstance(value, int | float) and not isinstance(value, bool))
        for value in values
    )
