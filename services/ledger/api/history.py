"""Points in the history of a book, as requests name them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from services.chassis.web import Problem
from services.ledger.api.blueprint import reader
from services.ledger.findings import Point
from services.ledger.store import NotYet


def point_asked(asked: Mapping[str, Any]) -> Point:
    """The point of `position` or `at`. Raises Problem for a position that has not been reached."""
    with reached("position"):
        return reader().point(**asked)


@contextmanager
def reached(field: str) -> Iterator[None]:
    """What lies ahead is not known: a 400 that names the field."""
    try:
        yield
    except NotYet as error:
        raise Problem(400, "request.invalid", "Some fields need correcting.", {field: [str(error)]}) from error
