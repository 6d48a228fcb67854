"""Where members are, as points on a ball: who is near is found without the distance to everybody. Pure."""

from collections.abc import Iterable
from heapq import nlargest
from math import acos, cos, pi, radians, sin

from services.matcher.domain import EARTH_KM, Place

_MARGIN_KM = 0.2
"""Distances are told to 100 m: within that, others decide who comes first."""

Point = tuple[float, float, float]


class Map:
    """The points of all members who said where they are."""

    def __init__(self) -> None:
        self._points: dict[str, Point] = {}

    def put(self, entity_id: str, place: Place | None) -> None:
        if place is None:
            self._points.pop(entity_id, None)
        else:
            self._points[entity_id] = _point(place)

    def near(self, entity_id: str, others: Iterable[str], most: int) -> list[str]:
        """Some of the others: surely the `most` nearest, and all who are as near as the last of those."""
        here, points = self._points.get(entity_id), self._points
        if here is None:
            return list(others)
        x, y, z = here
        placed = [
            (point[0] * x + point[1] * y + point[2] * z, other) for other in others if (point := points.get(other))
        ]
        if len(placed) < most:
            return list(others)
        farthest = acos(max(-1.0, min(1.0, nlargest(most, placed)[-1][0]))) + _MARGIN_KM / EARTH_KM
        cut = cos(min(pi, farthest))
        return [other for cosine, other in placed if cosine >= cut]


def _point(place: Place) -> Point:
    latitude, longitude = radians(place.latitude), radians(place.longitude)
    return (cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude))
