"""Use cases around what a business keeps about others: favourites and private notes."""

from collections.abc import Sequence
from dataclasses import replace

from services.directory.domain import LISTED, EntityNotYours, UnknownEntity, paging
from services.directory.domain.audit import Entry
from services.directory.domain.errors import TooManyFavourites
from services.directory.domain.notes import FAVOURITES_MAX, NO_NOTE, Note
from services.directory.domain.paging import FAVOURITES, Place, Window
from services.directory.handlers.reading import Reader
from services.directory.handlers.writing import By, Directory, Done, once
from services.directory.store import Store
from services.directory.views import View, entity_view


def set_favourite(directory: Directory, by: By, entity_id: str, favourite_id: str, *, favourite: bool) -> Done:
    """Mark a listed business, or take the mark away: `{entity_id, is_favourite}`. A repeat changes nothing.

    Raises UnknownEntity for one that is not listed, TooManyFavourites beyond a thousand.
    """

    def work(store: Store) -> Done:
        document = {"entity_id": favourite_id, "is_favourite": favourite}
        if favourite == bool(store.favourites.among(entity_id, [favourite_id])):
            return Done(document, 0)
        if favourite:
            _mark(directory, store, entity_id, favourite_id)
        else:
            store.favourites.remove(entity_id, favourite_id)
        action = "favourite.added" if favourite else "favourite.removed"
        # The other business is not told who marks it.
        entry = Entry(action=action, subject=f"entity/{entity_id}", after={"favourite": favourite_id})
        return Done(document, 0, (entry,))

    return once(directory, by, ["set_favourite", entity_id, favourite_id, favourite], work)


def _mark(directory: Directory, store: Store, entity_id: str, favourite_id: str) -> None:
    target = store.entities.find(favourite_id)
    if target is None or not (target.listed or favourite_id == entity_id):
        raise UnknownEntity("There is no such business.")
    # Exact, because commands that write into the audit log take turns.
    if store.favourites.count(entity_id) >= FAVOURITES_MAX:
        raise TooManyFavourites(f"At most {FAVOURITES_MAX:,} favourites: take some away first.")
    store.favourites.add(entity_id, favourite_id, directory.clock())


def favourites(store: Store, reader: Reader, entity_id: str, window: Window) -> View:
    """`{entities, total, next}`: a page of the listed ones among a business's favourites, the newest first."""
    # One more tells whether there is a page after this one.
    marks, total = store.favourites.listed(entity_id, replace(window, limit=window.limit + 1))
    found = store.entities.of_ids([mark.favourite_id for mark in marks[: window.limit]])
    # Looked at again: one may have left between the two questions.
    views = [reader.shown(entity_view(each)) for each in found if each.status in LISTED]
    following = paging.following(FAVOURITES, marks, window.limit, lambda mark: Place(mark.added_at, mark.mark_id))
    return {"entities": [{**view, "is_favourite": True} for view in views], "total": total, "next": following}


def querying(reader: Reader, entity_id: str) -> str:
    """The business in whose eyes something is shown. Raises EntityNotYours for anybody but its own people."""
    if entity_id and entity_id not in reader.entities:
        raise EntityNotYours("This business is not yours.")
    return entity_id


def marked(store: Store, entity_id: str, views: Sequence[View]) -> list[View]:
    """Views with `is_favourite` in the eyes of a business; without one they stay as they are."""
    if not entity_id:
        return list(views)
    known = store.favourites.among(entity_id, [view["entity_id"] for view in views])
    return [{**view, "is_favourite": view["entity_id"] in known} for view in views]


def note(store: Store, entity_id: str, about_id: str) -> View:
    """`{text, edited_by, edited_at}`: what a business keeps about another; empty texts when it keeps nothing."""
    return _shown(store.notes.find(entity_id, about_id) or NO_NOTE)


def keep_note(directory: Directory, by: By, entity_id: str, about_id: str, *, text: str, user_id: str) -> Done:
    """Write a note, or with an empty text remove it: the note. The audit log has its length alone.

    Raises UnknownEntity for one that is not listed, unless there is a note about it already.
    """

    def work(store: Store) -> Done:
        before, target = store.notes.find(entity_id, about_id), store.entities.find(about_id)
        if target is None or not (target.listed or before):
            raise UnknownEntity("There is no such business.")
        after = Note(text, user_id, directory.clock()) if text else NO_NOTE
        if text == (before or NO_NOTE).text:
            return Done(_shown(before or NO_NOTE), 0)
        store.notes.keep(entity_id, about_id, after)
        lengths = ({"business": about_id, "length": len(each.text)} for each in (before or NO_NOTE, after))
        was, is_ = lengths
        return Done(
            _shown(after), 0, (Entry(action="note.changed", subject=f"entity/{entity_id}", before=was, after=is_),)
        )

    # Writing it twice is writing it once, and no outcome may keep the text beyond the note.
    return once(directory, replace(by, key=None), None, work)


def _shown(kept: Note) -> View:
    return {"text": kept.text, "edited_by": kept.edited_by or None, "edited_at": kept.edited_at or None}
