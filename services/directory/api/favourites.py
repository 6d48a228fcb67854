"""What a business keeps about others, for its own people alone: favourites and private notes."""

from flask import Response

from services.chassis.web import allow, answer, body, caller, query
from services.directory.api.blueprint import bp, by, done, only_of, reader, the_directory, window_after
from services.directory.handlers import favourites as keeping
from services.directory.schemas.favourites import FavouriteBody, NoteBody
from services.directory.schemas.reads import FavouritesQuery

_PAGE, _FAVOURITE, _NOTE = FavouritesQuery(), FavouriteBody(), NoteBody()


@bp.get("/entities/<entity_id>/favourites")
@allow("member")
def favourites(entity_id: str) -> Response:
    """The listed ones among what a business has marked, the newest first."""
    only_of(entity_id)
    return answer(keeping.favourites(the_directory().store, reader(), entity_id, window_after(query(_PAGE))))


@bp.put("/entities/<entity_id>/favourites/<other_id>")
@allow("member")
def set_favourite(entity_id: str, other_id: str) -> Response:
    """Mark a business or take the mark away."""
    only_of(entity_id)
    wanted: bool = body(_FAVOURITE)["favourite"]
    return done(keeping.set_favourite(the_directory(), by(), entity_id, other_id, favourite=wanted))


@bp.get("/entities/<entity_id>/notes/<other_id>")
@allow("member")
def note(entity_id: str, other_id: str) -> Response:
    """What a business keeps about another one."""
    only_of(entity_id)
    return answer(keeping.note(the_directory().store, entity_id, other_id))


@bp.put("/entities/<entity_id>/notes/<other_id>")
@allow("member")
def keep_note(entity_id: str, other_id: str) -> Response:
    """Write a note."""
    only_of(entity_id)
    text: str = body(_NOTE)["text"]
    return done(keeping.keep_note(the_directory(), by(), entity_id, other_id, text=text, user_id=caller().subject))
