"""The search: the index's mapping and documents, the query language, requests, explanations. Pure: no driver here."""

from services.directory.search.asking import (
    MAX_WINDOW,
    Bound,
    Effort,
    Near,
    Search,
    Sort,
    asks_nearly,
    efforts,
    first_of,
    request,
)
from services.directory.search.cursor import CursorInvalid
from services.directory.search.document import INDEX_VERSION, MAPPING, indexed
from services.directory.search.explaining import why
from services.directory.search.nearly import FIELDS, MARK, MOST_DOCUMENTS, MOST_WORDS, Vocabulary

__all__ = [
    "FIELDS",
    "INDEX_VERSION",
    "MAPPING",
    "MARK",
    "MAX_WINDOW",
    "MOST_DOCUMENTS",
    "MOST_WORDS",
    "Bound",
    "CursorInvalid",
    "Effort",
    "Near",
    "Search",
    "Sort",
    "Vocabulary",
    "asks_nearly",
    "efforts",
    "first_of",
    "indexed",
    "request",
    "why",
]
