"""Shapes of imports, and of one row: the fields of a sign-up, a status and categories."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.directory.domain import STATUSES, TRADING_FIELDS, TRADING_USER_FIELDS
from services.directory.domain.importing import MOST_BYTES, Row, RowError
from services.directory.schemas.entities import ProfileFields
from services.directory.schemas.fields import Categories, Email, PlaceField, Tags, Text
from services.directory.schemas.users import UserFields

_TRADING = ("tradingPending", "tradingAccepted")
_RENAMED = {"business_email": "email", "business_telephone": "telephone"}
_PROFILE = frozenset(ProfileFields().fields) - {"email", "telephone", "place", "declared_turnover"}
_NEXT = {
    "email": "Write an address like you@example.org, once in the file.",
    "status": f"Write one of: {', '.join(STATUSES)}; or leave it empty for pending.",
    "latitude": "Write both in degrees with a point, like 53.7447 and -2.0137, or leave both empty.",
    "declared_turnover": "Write figures alone, or leave it empty.",
    "offers": "Write words with commas between, at most ten of at most 50 characters.",
    "wants": "Write words with commas between, at most ten of at most 50 characters.",
    "website": "Begin it with https:// or http://, or leave it empty.",
}
_CORRECT = "Correct the cell, and import the file again."


class _Person(UserFields):
    email = Email(required=True, needed=True)


class _Business(ProfileFields):
    name = Text(100, needed=True, required=True)
    declared_turnover = fields.Integer(validate=validate.Range(0, 10**15))
    place = PlaceField()
    offers = Tags()
    wants = Tags()
    categories = Categories()
    status = fields.String(validate=validate.OneOf(STATUSES, error="There is no such status."))


_PERSON, _BUSINESS = _Person(), _Business()


def checked(row: Row) -> tuple[dict[str, Any], list[RowError]]:
    """What a row says, as it can be stored, and what is wrong with it."""
    cells = row.cells
    user, wrong = _load(_PERSON, {name: cells[name] for name in _PERSON.fields if name in cells})
    wanted: dict[str, Any] = {name: cells[name] for name in _PROFILE | _EXTRA if name in cells}
    wanted |= {theirs: cells[ours] for ours, theirs in _RENAMED.items() if ours in cells}
    if "latitude" in cells or "longitude" in cells:
        wanted["place"] = {name: cells[name] for name in ("latitude", "longitude") if name in cells}
    business, theirs_wrong = _load(_BUSINESS, wanted)
    back = {theirs: ours for ours, theirs in _RENAMED.items()} | {"place": "latitude"}
    wrong += [(back.get(name, name), message) for name, message in theirs_wrong]
    errors = [*row.errors, *(RowError(field=name, what=what, next=_NEXT.get(name, _CORRECT)) for name, what in wrong)]
    values = {"user": user, "business": business}
    return values, errors or _missing_for_trading(values)


_EXTRA = frozenset({"declared_turnover", "offers", "wants", "categories", "status"})


def _load(schema: Schema, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    try:
        loaded: dict[str, Any] = schema.load(dict(values))
    except ValidationError as error:
        return {}, [(str(name), _text(messages)) for name, messages in error.normalized_messages().items()]
    return loaded, []


def _text(messages: Any) -> str:
    found = messages
    while not isinstance(found, str):
        found = next(iter(found.values())) if isinstance(found, Mapping) else found[0]
    return "This is needed." if found.startswith("Missing data") else found


def _missing_for_trading(values: Mapping[str, Any]) -> list[RowError]:
    business, user = values["business"], values["user"]
    if business.get("status") not in _TRADING:
        return []
    missing = [name for name in TRADING_FIELDS if not business.get(name)]
    missing += [name for name in TRADING_USER_FIELDS if not user.get(name)]
    what, next_ = "This is needed of a trading member.", "Fill it in, or give another status."
    return [RowError(field=name, what=what, next=next_) for name in missing]


class NewImport(Schema):
    """POST /imports."""

    name = Text(200, load_default="")
    csv = fields.String(required=True, validate=validate.Length(1, MOST_BYTES))


class ImportStart(Schema):
    """POST /imports/{id}/start."""

    mode = fields.String(required=True, validate=validate.OneOf(["file", "row"]))
    invite = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class ErrorsQuery(Schema):
    """GET /imports/{id}/errors."""

    after = fields.Integer(load_default=0, validate=validate.Range(0, 10**9))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))
