"""Fields that requests are made of: strict, because money hangs on them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from services.ledger.domain import MAX_AMOUNT, clean_text

ACCOUNT_NUMBER = validate.Regexp(r"[0-9]{16}\Z", error="An account number has 16 digits.")
LARGEST_POSITION = 2**63 - 1


class Whole(fields.Integer):
    """A JSON integer: no text, no float, no truth value."""

    def _validated(self, value: Any) -> int:
        if type(value) is not int:
            raise self.make_error("invalid", input=value)
        return value


class MinorUnits(Whole):
    """An amount or limit."""

    def __init__(self, least: int, **options: Any) -> None:
        sentence = f"Must be an integer from {least} to {MAX_AMOUNT}, in the smallest unit."
        super().__init__(validate=validate.Range(least, MAX_AMOUNT, error=sentence), strict=True, **options)


class Text(fields.String):
    """Words of a person: NFC, at most 500 characters, no control characters (`lines` allows line breaks)."""

    def __init__(self, *, lines: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            return clean_text(str(text), lines=self._lines)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class Instant(fields.String):
    """RFC 3339 with an offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        try:
            instant = datetime.fromisoformat(str(text))
        except ValueError as error:
            raise ValidationError("Not a time as in RFC 3339.") from error
        if instant.tzinfo is None:
            raise ValidationError("The time needs an offset, such as Z.")
        return instant


class AccountNumber(fields.String):
    def __init__(self, **options: Any) -> None:
        super().__init__(validate=ACCOUNT_NUMBER, **options)
