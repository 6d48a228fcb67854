"""Use cases around the picture of a business: a new one, none any more, and sweeping up what nobody names."""

from datetime import timedelta

from services.directory import domain
from services.directory.domain import EntityChange, FieldsInvalid
from services.directory.handlers.members import change_entity, known_entity
from services.directory.handlers.writing import By, Directory, Done
from services.directory.offloop import Threads
from services.directory.pictures import PictureInvalid, redrawn

ORPHAN_AGE = timedelta(hours=1)
"""Longer than any request: a file this old that no entity names was left by a crash."""

_BUSY = timedelta(minutes=1)
"""Younger files may belong to a request that has not named them yet."""

_threads = Threads(2)


def set_picture(directory: Directory, by: By, entity_id: str, raw: bytes) -> Done:
    """Replace the picture: EntityView. Raises UnknownEntity, FieldsInvalid."""
    before = known_entity(directory.store, entity_id)
    try:
        picture = _threads.run(lambda: redrawn(raw))
    except PictureInvalid as error:
        raise FieldsInvalid({"picture": [str(error)]}) from error
    name = picture.name(entity_id)
    # Again if it is there: who replaces the same one at this moment may be about to delete it.
    directory.store.pictures.put(name, entity_id, picture.sizes)
    return _named(directory, by, before, name)


def remove_picture(directory: Directory, by: By, entity_id: str) -> Done:
    """Have none any more: EntityView. Raises UnknownEntity."""
    return _named(directory, by, known_entity(directory.store, entity_id), "")


def sweep(directory: Directory) -> int:
    """Delete the files that no entity names; how many."""
    return directory.store.pictures.sweep(directory.now() - ORPHAN_AGE)


def _named(directory: Directory, by: By, before: domain.Entity, name: str) -> Done:
    done = change_entity(directory, by, before.entity_id, EntityChange(picture=name))
    if before.picture and before.picture != name:
        # After the change. What is left by a crash here, or by somebody who was faster, the sweep takes.
        directory.store.pictures.delete(before.picture, directory.now() - _BUSY)
    return done
