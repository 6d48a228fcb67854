"""What a business keeps about others for itself: marks and notes. Pure."""

from dataclasses import dataclass

FAVOURITES_MAX = 1_000
NOTE_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A favourite: which business, marked when (RFC 3339), and the id of the mark itself."""

    favourite_id: str
    added_at: str
    mark_id: str


@dataclass(frozen=True, slots=True)
class Note:
    """A private note: its text, the user who edited it last, and when (RFC 3339)."""

    text: str
    edited_by: str
    edited_at: str


NO_NOTE = Note("", "", "")
