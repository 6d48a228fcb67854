"""Where a business is: as given, else where its town is; moved before it is told."""

from dataclasses import replace

from events.directory import Place, Profile
from services.directory.domain import Entity, EntityChange
from services.directory.domain.places import ExactPlace, exact, fuzzed
from services.directory.places import place_of
from services.directory.store import Store


def prepare(store: Store) -> None:
    """Read the secret of places, which is made once, before a transaction begins."""
    _ = store.places.secret


def placed(store: Store, entity: Entity) -> Entity:
    """A new entity with its place; what its profile has is the one that was given."""
    real = exact(entity.profile.place, "given") if entity.profile.place else _of_town(entity.profile)
    told = fuzzed(real, entity.entity_id, store.places.secret) if real else None
    return replace(entity, exact_place=real, profile=replace(entity.profile, place=told))


def located(store: Store, entity: Entity, change: EntityChange) -> EntityChange:
    """`change` with the place that follows from it: given, taken back, or of another town."""
    if "place" in change.profile:
        given: Place | None = change.profile["place"]
        real = exact(given, "given") if given else _of_town(_changed(entity, change))
    elif _moves(entity, change) and not (entity.exact_place and entity.exact_place.source == "given"):
        real = _of_town(_changed(entity, change))
    else:
        return change
    told = fuzzed(real, entity.entity_id, store.places.secret) if real else None
    return replace(change, profile={**change.profile, "place": told}, exact_place=real)


def _moves(entity: Entity, change: EntityChange) -> bool:
    before = entity.profile
    return any(change.profile.get(name, getattr(before, name)) != getattr(before, name) for name in ("city", "country"))


def _changed(entity: Entity, change: EntityChange) -> Profile:
    return replace(entity.profile, **{name: value for name, value in change.profile.items() if name != "place"})


def _of_town(profile: Profile) -> ExactPlace | None:
    found = place_of(profile.city, profile.country)
    return exact(found, "town") if found else None
