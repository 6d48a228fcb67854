"""Valid things with one line; random where it must be unique."""

import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from events.envelope import Envelope


def an_envelope(data: Mapping[str, Any] | None = None, **changed: Any) -> Envelope:
    """An envelope of an unknown type, changed as given."""
    values: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "source": "/test",
        "type": "test.happened.v1",
        "time": "2026-09-08T12:15:00.000000Z",
        "subject": "test/1",
        "sequence": 1,
        "partitionkey": "main",
        "correlationid": uuid.uuid4().hex,
        "actor": "system:test",
        "data": data or {},
    }
    return Envelope(**values | changed)


def an_account_number() -> str:
    """16 random digits with a Luhn check digit."""
    digits = f"{secrets.randbelow(9 * 10**14) + 10**14:015d}"
    doubled = (int(digit) * (2 - position % 2) for position, digit in enumerate(digits))
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return f"{digits}{-total % 10}"
