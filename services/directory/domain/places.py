"""Where a business is, and what others are told of it: a place that is a few hundred metres off. Pure.

The earth is cut into cells of about 700 m, for each business at lines of its own (from a secret and its id); all that
is told is the middle of the cell that it lies in. So it is up to 500 m off (half a diagonal), 270 m on average, the
same however often it is read, and neither many readings nor many businesses in one street tell more than the cell.
"""

import hmac
import math
from dataclasses import dataclass
from typing import Literal

from events.directory import Place

CELL_METRES = 700.0
_METRES_PER_DEGREE = 111_320.0
_POLE = 89.0
"""Beyond, a cell would be wider than the way around."""

Source = Literal["given", "town"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactPlace:
    """As it was given, or where its town is. For its own members and administrators alone."""

    latitude: str
    longitude: str
    source: Source


def exact(place: Place, source: Source) -> ExactPlace:
    """A place and where it is known from."""
    return ExactPlace(latitude=place.latitude, longitude=place.longitude, source=source)


def fuzzed(place: ExactPlace, entity_id: str, secret: bytes) -> Place:
    """The middle of the cell that `place` lies in."""
    digest = hmac.digest(secret, entity_id.encode(), "sha256")
    shift_north, shift_east = (int.from_bytes(part, "big") / 2**64 for part in (digest[:8], digest[8:16]))
    height = CELL_METRES / _METRES_PER_DEGREE
    latitude = _middle(float(place.latitude), height, shift_north)
    # From the middle's latitude, which is the same in all of the row: or the cells of one row would not fit together.
    width = height / math.cos(math.radians(max(-_POLE, min(_POLE, latitude))))
    longitude = _middle(float(place.longitude), width, shift_east)
    return Place(latitude=f"{max(-90.0, min(90.0, latitude)):.5f}", longitude=f"{_around(longitude):.5f}")


def _middle(degrees: float, cell: float, shift: float) -> float:
    return (math.floor(degrees / cell - shift) + 0.5 + shift) * cell


def _around(longitude: float) -> float:
    return (longitude + 180.0) % 360.0 - 180.0
