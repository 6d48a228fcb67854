"""Shapes of the matcher's HTTP interface (docs/internal-api.md)."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from marshmallow import Schema, fields, validate

from services.matcher.domain import Match


class Asked(Schema):
    """The query of GET /entities/{id}/matches."""

    since = fields.AwareDateTime(load_default=None, format="iso", default_timezone=UTC)
    limit = fields.Integer(load_default=10, validate=validate.Range(min=1, max=50))


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
        }
        for match in matches
    ]
