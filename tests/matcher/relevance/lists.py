"""Precision and recall of whole lists: what members who want the judged queries of `tests/relevance` are shown.

Its 322 businesses are the network; those of grade 2 and more (just that, or something close) fit. The queries were
judged for the search, by what the businesses do.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.matcher.domain import Entity
from services.matcher.network import Network
from tests.matcher import given
from tests.matcher.relevance.measuring import of_the_seed
from tests.relevance.measuring import corpus, judgements

FITS = 2
SHOWN = 10
_ALL = 1_000
_ABOUT_OFFERS = ("any", "offers")
"""Other queries look for names, or for who wants."""

Lister = Callable[[str], Sequence[str]]
"""From a want to the ids of those who are shown for it, the best first."""


@dataclass(frozen=True, slots=True)
class Lists:
    """`precision`: how many of the first ten fit; `recall_shown`: how many that fit they have; `recall`: all have."""

    precision: float
    recall_shown: float
    recall: float


def wants() -> Iterator[tuple[str, frozenset[str]]]:
    """Each query, with the ids of those that fit."""
    for each in judgements():
        if each.side in _ABOUT_OFFERS:
            yield each.query, frozenset(key for key, grade in each.grades.items() if grade >= FITS)


def businesses() -> list[Entity]:
    """The corpus as the matcher knows it; all trade, for that was not judged."""
    return [
        given.an_entity(
            [tag.name for tag in each.offers],
            entity_id=each.entity_id,
            account=each.account,
            status="tradingAccepted",
            categories=tuple(each.categories),
        )
        for each in corpus()
    ]


def ours() -> Lister:
    """The network's own answer, in its order."""
    network = Network()
    for each in businesses():
        network.put_entity(each)
    seeker = given.an_entity(status="tradingAccepted", entity_id="seeker", account="seeker")
    versions = iter(range(1, _ALL))

    def suppliers(want: str) -> Sequence[str]:
        network.put_entity(replace(seeker, wants=given.tags(want), version=next(versions)))
        return [match.entity.entity_id for match in network.suppliers(seeker.entity_id, limit=_ALL)]

    return suppliers


def seeds() -> Lister:
    """The seed's rule; it has no order but that of the entities."""
    known = businesses()
    return lambda want: [each.entity_id for each in known if any(of_the_seed(want, tag.tag) for tag in each.offers)]


def measured(lister: Lister) -> Lists:
    """Over all queries together: one that is shown nothing has no part in the precision, but in the recall."""
    shown = right_shown = right = fitting = 0
    for want, fits in wants():
        found = lister(want)
        shown += len(found[:SHOWN])
        right_shown += len(fits.intersection(found[:SHOWN]))
        right += len(fits.intersection(found))
        fitting += len(fits)
    return Lists(right_shown / shown, right_shown / fitting, right / fitting)
