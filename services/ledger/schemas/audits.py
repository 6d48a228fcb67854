"""Shapes of auditors' questions, and the cursors between their pages."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.ledger.domain import MAX_AMOUNT
from services.ledger.questions import Period
from services.ledger.rings import LONGEST
from services.ledger.schemas.fields import LARGEST_POSITION, AccountNumber, Text
from services.ledger.schemas.reads import Digits, PeriodSchema, PointSchema

MOST_SAMPLED = 1000
EVENT_TYPES = (
    *("account-opened", "account-limits-changed", "account-standing-changed", "account-consent-changed"),
    *("fee-rules-changed", "book-policy-changed"),
    *("transfer-initiated", "transfer-expiring", "transfer-completed", "transfer-cancelled"),
)
"""What the events of a book are about, as in `ledger.transfer-completed.v1`."""
_MOST_ROWS = 500


def cursor_of(values: Sequence[int | str]) -> str:
    """The text of a cursor; what is in it is nobody's business but ours."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


class Cursor(fields.String):
    """Where a page begins: a `next` of the same view. Loads the values that it was made of, which are of `kinds`."""

    def __init__(self, *kinds: type) -> None:
        super().__init__(load_default=None, validate=None)
        self._kinds = kinds

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        try:
            held = orjson.loads(base64.b64decode(f"{text}{'=' * (-len(str(text)) % 4)}", altchars=b"-_", validate=True))
        except (binascii.Error, ValueError) as error:
            raise ValidationError(_NO_CURSOR) from error
        if not isinstance(held, list) or tuple(map(type, held)) != self._kinds:
            raise ValidationError(_NO_CURSOR)
        if any(isinstance(each, int) and abs(each) > LARGEST_POSITION for each in held):
            raise ValidationError(_NO_CURSOR)
        return tuple(held)


_NO_CURSOR = "Not a `next` of this view."


class _PageSchema(Schema):
    limit = Digits(1, _MOST_ROWS, load_default=100)


class _AlongSchema(PeriodSchema, _PageSchema):
    """`period` is made of what is asked."""

    after = Cursor(int, int)

    @post_load
    def gather(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        return given | {"period": Period(**{name: given.pop(name) for name in Period.__slots__})}


class _TrialBalanceSchema(PointSchema, _PageSchema):
    after = Cursor(int, str)


class _NearLimitsSchema(PointSchema, _PageSchema):
    """`percent` of the limit may be left; by default as much as the book's warning level leaves."""

    after = Cursor(int, int, str)
    percent = Digits(0, 99, load_default=None)


class _EventsSchema(_AlongSchema):
    """`type` as in `ledger.<type>.v1`, of any version."""

    type_ = fields.String(load_default=None, data_key="type", attribute="type", validate=validate.OneOf(EVENT_TYPES))
    account = AccountNumber(load_default=None)


class _SampleSchema(_AlongSchema):
    n = Digits(1, MOST_SAMPLED, required=True)
    seed = Text(required=True, validate=validate.Length(1, 100, error="1 to 100 characters."))


class _RingsSchema(_AlongSchema):
    after = Cursor(int, int, int, str)
    length = Digits(2, LONGEST, load_default=LONGEST)
    min_amount = Digits(1, MAX_AMOUNT, load_default=1)


class _SearchSchema(_AlongSchema):
    text = Text(required=True, validate=validate.Length(1, 100, error="1 to 100 characters."))


QUESTIONS: Mapping[str, Schema] = {
    "trial-balance": _TrialBalanceSchema(),
    "near-limits": _NearLimitsSchema(),
    "system-cancellations": _AlongSchema(),
    "reversals": _AlongSchema(),
    "limit-changes": _AlongSchema(),
    "changes": _AlongSchema(),
    "events": _EventsSchema(),
    "sample": _SampleSchema(),
    "rings": _RingsSchema(),
    "search": _SearchSchema(),
}
"""Name of a view to what may be asked of it."""
