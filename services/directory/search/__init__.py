"""The search: the index's mapping and documents, the query language, requests, explanations. Pure: no driver here."""

from services.directory.search.asking import (
    MAX_WINDOW,
    Bound,
    Effort,
    Near,
    Search,
    Sort,
    efforts,
    first_of,
    request,
)
from services.directory.search.cursor import CursorInvalid
from services.directory.search.document import INDEX_VERSION, MAPPING, indexed
from services.directory.search.explaining import why

__all__ = [
    "INDEX_VERSION",
    "MAPPING",
    "MAX_WINDOW",
    "Bound",
    "CursorInvalid",
    "Effort",
    "Near",
    "Search",
    "Sort",
    "efforts",
    "first_of",
    "indexed",
    "request",
    "why",
]
