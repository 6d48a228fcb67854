"""Use case of the schedule: what was kept long enough goes (docs/privacy.md). MongoDB's own expiry does the rest."""

from collections.abc import Callable, Mapping
from typing import Any

from services.chassis.logs import log
from services.directory.handlers.writing import Directory

_AUDIT = "audit_position"


def enforce(
    directory: Directory,
    step: Callable[[], Any],
    place: Mapping[str, Any],
    keep_place: Callable[[Mapping[str, Any]], None],
) -> None:
    """Batches until nothing is over. Repeatable, and cut off at any step it is carried on by the next run."""
    expiring, keep, now = directory.store.expiring, directory.retention, directory.now()
    addresses_before, answers_before = now - keep.addresses, now - keep.answers
    batches: tuple[Callable[[], bool], ...] = (
        lambda: expiring.addresses(addresses_before),
        lambda: expiring.devices(addresses_before),
        lambda: expiring.answers(answers_before),
    )
    for batch in batches:
        while batch():
            step()
        step()
    if expiring.origins(addresses_before, now):
        log.info("retention.origins_renewed")
    position: int | None = int(place.get(_AUDIT, 0))
    while position is not None:
        if position := expiring.audit_details(position, now - keep.audit_details):
            keep_place({_AUDIT: position})
        step()
