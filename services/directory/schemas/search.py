"""Shapes of the search's queries: the parameters, and the one line of text that stands for some of them."""

import re
from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from services.directory.schemas.fields import TEXT_MAX, Listed, Moment, Statuses
from services.directory.schemas.reads import EntityQuery, Page
from services.directory.search import Bound, Sort
from services.directory.search.language import LineInvalid, expanded
from services.directory.words import normal_tag

TERMS_MAX = 500
CURSOR_MAX = 1_000
KM_MAX, KM_DEFAULT = 500, 25
SIDES = ("any", "offers", "wants", "name")
HAS = ("offers", "wants", "place", "category")
FIGURES = ("balance", "max_negative", "max_positive")
STAFF_ALONE = ("status", "email", "account")
"""Parameters by which members may not filter; and money is for administrators alone."""

_BOUND = re.compile(r"(>=|<=|)(-?\d{1,15})", re.ASCII)
_SIGNS = {">=": "gte", "": "gte", "<=": "lte"}
_POINT = re.compile(r"\s*(-?\d{1,2}(?:\.\d{1,7})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,7})?)\s*", re.ASCII)


class Bounds(fields.Field[tuple[Bound, ...]]):
    """`>=100 <=5000`, in minor units; a number alone is a lower bound."""

    def _deserialize(self, value: Any, attr: str | None, *_: Any, **__: Any) -> tuple[Bound, ...]:
        found = [_BOUND.fullmatch(part) for part in str(value).split()]
        if not found or len(found) > 2 or None in found:
            raise ValidationError("Write >=100, <=5000, or both with a blank between: whole minor units.")
        return tuple(Bound(str(attr), _SIGNS[each[1]], int(each[2])) for each in found if each)  # type: ignore[arg-type]


class Tokens(Listed):
    """A comma list of known words."""

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__(len(known))
        self.known = known

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        tokens = list(dict.fromkeys(super()._deserialize(value)))
        if unknown := [each for each in tokens if each not in self.known]:
            raise ValidationError(f"There is no {unknown[0][:50]!r} to look for: {', '.join(self.known)}.")
        return tokens


class CategoryList(Listed):
    """A comma list of categories, as tags are written; any one suffices."""

    def __init__(self) -> None:
        super().__init__(20)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        if len(str(value)) > TERMS_MAX:
            raise ValidationError(f"At most {TERMS_MAX} characters.")
        return [name for each in super()._deserialize(value) if (name := normal_tag(each))]


def _text(most: int = TEXT_MAX) -> fields.Field[str]:
    return fields.String(load_default="", validate=validate.Length(max=most))


class SearchQuery(Page, EntityQuery):
    """GET /search."""

    side = fields.String(load_default="any", data_key="in", validate=validate.OneOf(SIDES))
    text = _text(TERMS_MAX)
    offers = _text(TERMS_MAX)
    wants = _text(TERMS_MAX)
    name = _text()
    category = CategoryList()
    city = _text()
    region = _text()
    country = _text()
    near = _text()
    within = fields.Integer(load_default=KM_DEFAULT, validate=validate.Range(1, KM_MAX))
    has = Tokens(HAS)
    is_ = Tokens(("favourite",))
    status = Statuses()
    email = _text()
    account = fields.String(load_default="", validate=validate.Regexp(r"[0-9 ]{0,19}\Z", error="Digits alone."))
    balance = Bounds()
    max_negative = Bounds()
    max_positive = Bounds()
    tagged_since = Moment()
    sort = fields.String(load_default="relevance", validate=validate.OneOf(get_args(Sort)))
    facets = fields.Boolean(load_default=False)
    after = _text(CURSOR_MAX)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """marshmallow's hook: `is` is a word of Python."""
        if field_name == "is_":
            field_obj.data_key = "is"

    @pre_load
    def take_line(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What the line `q` stands for, beside what was given on its own."""
        merged = {name: value for name, value in given.items() if name != "q"}
        try:
            meant = expanded(str(given.get("q", "")))
        except LineInvalid as error:
            raise ValidationError(str(error), "q") from error
        side = str(merged.get("in", "any"))
        if "text" in meant and side in SIDES[1:]:
            # Free words on one side alone have that side's rules: any one of them suffices.
            words = meant.pop("text")
            meant[side] = ",".join(filter(None, [meant.get(side, ""), words]))
        if twice := sorted(name for name in meant.keys() & merged.keys() if merged[name] not in ("", meant[name])):
            raise ValidationError(f"“{twice[0]}” is given beside the line too. Give it once.", "q")
        return {**merged, **meant}

    @validates_schema
    def check_together(self, loaded: dict[str, Any], **_: Any) -> None:
        """What makes sense only beside something else."""
        if "tagged_since" in loaded and not (loaded["offers"].strip() or loaded["wants"].strip()):
            # A date alone means nothing: it is the date of a tag.
            raise ValidationError("This needs offers or wants to look for.", "tagged_since")
        if loaded["sort"] == "distance" and not loaded["near"].strip():
            raise ValidationError("To sort by distance say from where: near, a town.", "sort")
        if loaded["is_"] and not loaded["querying_entity_id"]:
            raise ValidationError("Whose favourites? Say querying_entity_id, a business of yours.", "is")
        if loaded["after"] and loaded["page"] != 1:
            raise ValidationError("A cursor says where to go on: leave the page out.", "after")


class SuggestionsQuery(Schema):
    """GET /suggestions."""

    text = _text()


def point_of(text: str) -> tuple[str, str] | None:
    """The latitude and longitude in `54.99,-7.31`; None for the name of a town. Raises ValidationError."""
    found = _POINT.fullmatch(text)
    if found is None:
        return None
    if abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        raise ValidationError("A latitude lies between -90 and 90, a longitude between -180 and 180.", "near")
    return found[1], found[2]
