"""Shapes of the matcher's HTTP interface (docs/internal-api.md)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.matcher.domain import Match
from services.matcher.words import fold


def _has_words(tag: str) -> None:
    if not fold(tag).key:
        raise ValidationError("There is no word in it.")


class Asked(Schema):
    """The query of GET /entities/{id}/matches."""

    since = fields.AwareDateTime(load_default=None, format="iso", default_timezone=UTC)
    limit = fields.Integer(load_default=10, validate=validate.Range(min=1, max=50))


class FeedbackBody(Schema):
    """The body of POST /entities/{id}/feedback: a pair as a match has it."""

    other_id = fields.String(required=True, validate=validate.Length(min=1, max=100))
    mine = fields.String(required=True, validate=validate.Length(min=1, max=100))
    theirs = fields.String(required=True, validate=validate.Length(min=1, max=100))
    side = fields.String(required=True, validate=validate.OneOf(["leads", "suppliers"]))


class WordsBody(Schema):
    """The body of PUT /words: a complete list, and the version of the one it takes the place of."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    groups = fields.List(
        fields.List(
            fields.String(validate=validate.And(validate.Length(min=1, max=50), _has_words)),
            validate=validate.Length(min=2, max=20),
        ),
        required=True,
        validate=validate.Length(max=2_000),
    )


def match_views(matches: Sequence[Match]) -> list[dict[str, Any]]:
    """Matches as they are answered."""
    return [
        {
            "entity_id": match.entity.entity_id,
            "account": match.entity.account,
            "name": match.entity.name,
            "city": match.entity.city,
            "trading": match.entity.trading,
            "mine": match.mine,
            "theirs": match.theirs,
            "how": match.how,
            "score": match.score,
            "distance_km": match.distance_km,
            "trades": match.trades,
            "added_at": match.added_at or None,
            "together": asdict(match.together) if match.together else None,
        }
        for match in matches
    ]
