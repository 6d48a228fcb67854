"""The plain case by hand: what nearly every command looks like needs a microsecond instead of thirty.

A schema that is `Plain` looks first whether every field is as plain as can be; only then it takes them as they are. In
any other case, wrong ones above all, marshmallow says what there is to say. A test holds both to the same answers.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from marshmallow import Schema

from services.ledger.domain import MAX_AMOUNT, MAX_TEXT

Check = Callable[[Any], bool]

_NUMBER = re.compile(r"[0-9]{16}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Plain(Schema):
    """`plain` has a check for each field, `needed` the fields without which nothing is plain, `absent` the others."""

    plain: ClassVar[Mapping[str, Check]] = MappingProxyType({})
    needed: ClassVar[frozenset[str]] = frozenset()
    absent: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    def load(self, data: Any, **options: Any) -> Any:
        """Raises ValidationError."""
        fields = None if options else self.plainly(data)
        return super().load(data, **options) if fields is None else fields

    def plainly(self, data: Any) -> dict[str, Any] | None:
        """The fields, when `data` is as plain as can be."""
        if type(data) is not dict or not self.needed <= data.keys():
            return None
        checks = self.plain
        for name, value in data.items():
            check = checks.get(name)
            if check is None or not check(value):
                return None
        return {**self.absent, **data}


def is_number(value: Any) -> bool:
    """An account's."""
    return type(value) is str and _NUMBER.fullmatch(value) is not None


def is_id(value: Any) -> bool:
    """A transfer's, as the ledger writes it."""
    return type(value) is str and _ID.fullmatch(value) is not None


def is_direction(value: Any) -> bool:
    return type(value) is str and value in ("pay", "request")


def is_amount(value: Any) -> bool:
    return type(value) is int and 1 <= value <= MAX_AMOUNT


def is_text(value: Any, longest: int = MAX_TEXT) -> bool:
    """ASCII on one line without spaces around it: nothing to normalise."""
    return (
        type(value) is str
        and len(value) <= longest
        and value.isascii()
        and value.isprintable()
        and value[:1] != " "
        and value[-1:] != " "
    )
