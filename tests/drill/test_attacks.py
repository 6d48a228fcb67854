"""Each attack on a small book in a real database: exactly these find it, at these positions, and nobody else."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.drill import checks
from deploy.drill.attacks import ATTACKS
from deploy.drill.drilling import (
    AUDIT,
    CHECK_PAGE,
    CHECKS,
    DATABASE,
    EXPORT,
    IMPORT,
    OFFLINE,
    SIGNING,
    WITH_HEADS,
    WITH_KEYS,
    Drill,
)
from deploy.drill.places import Places
from deploy.drill.small_book import BOOK, a_key, make_small_book
from services.ledger.heads import HeadKey

pytestmark = [pytest.mark.integration, pytest.mark.long]

INITIATED, COMPLETED = 135, 136
"""Positions of the transfer that the attacks are about."""
CUT, SIGNED, SIZE = 261, 264, 268
HEADS = (84, 204, SIGNED)
DENIED = "permission denied for table "

Says = dict[str, tuple[int, str]]
"""By check: the position and a part of the sentence."""


def everywhere(position: int, sentence: str) -> Says:
    """An export itself is broken: whoever reads it says the same."""
    return offline(position, sentence) | {IMPORT: (position, sentence)}


def offline(position: int, sentence: str) -> Says:
    return dict.fromkeys((OFFLINE, WITH_KEYS, WITH_HEADS), (position, sentence))


EXPECTED: dict[str, Says] = {
    "change one event: its bytes": {
        DATABASE: (0, DENIED + "events"),
        AUDIT: (COMPLETED, "was changed: its hash does not cover its bytes"),
        SIGNING: (COMPLETED, "The chain does not hold"),
        **everywhere(COMPLETED, "was changed"),
    },
    "change one event: its bytes and its hash": {
        DATABASE: (0, DENIED + "events"),
        AUDIT: (COMPLETED, "says a wrong balance of 3000000000000004"),
        SIGNING: (COMPLETED + 1, "The chain does not hold"),
        **offline(COMPLETED, "says a wrong balance of 3000000000000004"),
        IMPORT: (COMPLETED + 1, "was changed, or what is before it"),
    },
    "delete one event": {
        DATABASE: (0, DENIED + "events"),
        AUDIT: (COMPLETED + 1, "1 events are missing"),
        SIGNING: (COMPLETED, "is missing"),
        EXPORT: (0, "Events from 1 to 264 are missing"),
    },
    "swap two events": {
        DATABASE: (0, DENIED + "events"),
        AUDIT: (COMPLETED, "does not continue the chain"),
        SIGNING: (COMPLETED, "The chain does not hold"),
        **everywhere(COMPLETED, "is missing: 137 comes next"),
    },
    "insert an event": {
        DATABASE: (0, DENIED + "events"),
        AUDIT: (COMPLETED + 1, "ends a transfer that was completed before"),
        SIGNING: (COMPLETED + 2, "The chain does not hold"),
        **offline(COMPLETED + 1, "ends a transfer that was completed before"),
        IMPORT: (COMPLETED + 1, "137 comes again where 138 must"),
    },
    "cut the tail": {
        DATABASE: (0, DENIED + "events"),
        AUDIT: (SIZE, f"the last event is {CUT}"),
        SIGNING: (CUT + 1, "is missing"),
        EXPORT: (0, "are missing"),
    },
    "cut the tail; head row and tables fit": {
        DATABASE: (0, DENIED + "events"),
        AUDIT: (CUT, f"head 3 is signed over {SIGNED} events, there are {CUT}: the end is cut off"),
        SIGNING: (CUT, f"a head of {SIGNED} events was signed"),
        EXPORT: (0, "are missing"),
        CHECK_PAGE: (SIGNED, "no longer says"),
    },
    "cut the tail; tables fit, heads and codes removed": {
        DATABASE: (0, DENIED + "events"),
        WITH_HEADS: (CUT, "is the last event, and a head signed at"),
        CHECK_PAGE: (0, "a code that was printed is not known"),
    },
    "rewrite the chain; tables fit": {
        DATABASE: (0, DENIED + "events"),
        AUDIT: (HEADS[1], "head 2 names another chain hash than the event has: this is another history"),
        SIGNING: (0, f"Its first {SIGNED} events are no longer those that head 3 was signed over."),
        **offline(HEADS[1], "names another chain hash: this is another history"),
        IMPORT: (HEADS[1], "the signed head 2 is of other events than these"),
    },
    "rewrite the chain; signed by another key": {
        DATABASE: (0, DENIED + "events"),
        WITH_KEYS: (SIZE, "a head names a key that is not known"),
        WITH_HEADS: (SIZE, "a head names a key that is not known"),
        IMPORT: (SIZE, "names a key that is not known"),
    },
    "rewrite the chain; signed by the stolen key": {
        DATABASE: (0, DENIED + "events"),
        WITH_HEADS: (HEADS[1], "names another chain hash: this is another history"),
    },
    "change a balance": {
        AUDIT: (0, "account 3000000000000004 is ("),
        SIGNING: (0, "All balances sum to 100, not to zero."),
    },
    "move a balance to another account": {AUDIT: (0, "account 3000000000000004 is (")},
    "change a posting": {
        DATABASE: (0, DENIED + "postings"),
        AUDIT: (COMPLETED, "its postings are not its entries"),
    },
    "change what a transfer was for": {AUDIT: (INITIATED, "is not what its events say")},
    "change who opened an account": {
        DATABASE: (0, DENIED + "changes"),
        AUDIT: (1, "its line in the history of changes"),
    },
    "change a stored node of the tree": {
        DATABASE: (0, DENIED + "tree_nodes"),
        AUDIT: (256, "the kept node of level 8 is not the root of its events"),
        SIGNING: (0, "from 1 to 256"),
        **offline(SIGNED, "does not lead to the root that is signed"),
        IMPORT: (SIGNED, "does not cover it"),
    },
    "change a stored head": {
        DATABASE: (0, DENIED + "tree_heads"),
        AUDIT: (SIGNED, "the signed head 3 has columns that say something else than what was signed"),
        SIGNING: (0, f"Its first {SIGNED} events are no longer those"),
    },
    "change a stored signature": {
        DATABASE: (0, DENIED + "tree_heads"),
        AUDIT: (SIGNED, "the signed head 3 is not signed by the key that it names"),
        **everywhere(SIGNED, "is not signed by the key that it names"),
    },
    "change what a statement's code confirms": {
        DATABASE: (0, DENIED + "statement_codes"),
        AUDIT: (SIGNED, "the postings say something else than the statement with the code"),
        CHECK_PAGE: (SIGNED, "no longer says"),
    },
}


@pytest.fixture(scope="module")
def drill(postgres_admin_url: str) -> Iterator[Drill]:
    """A book of 268 events, of which 264 are signed."""
    with Places(postgres_admin_url) as places, tempfile.TemporaryDirectory() as folder:
        base, key = places.make(), HeadKey(a_key())
        make_small_book(base.url, lambda: checks.sign(base, BOOK, key))
        made = Drill(places, base, BOOK, key, Path(folder))
        made.prepare()
        yield made


def test_small_book_is_always_the_same(drill):
    known = drill.known
    assert (known.size, known.signed, known.cut) == (SIZE, SIGNED, CUT)
    assert (known.target.initiated, known.target.completed) == (INITIATED, COMPLETED)


def test_nothing_is_found_where_nobody_attacked(drill):
    assert not any(drill.untouched().values()), drill.untouched()


def test_every_attack_is_expected():
    assert [attack.name for attack in ATTACKS] == list(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_attack_is_found_by_exactly_these(drill, name):
    (attack,) = (attack for attack in ATTACKS if attack.name == name)
    result, expected = drill.run(attack), EXPECTED[name]
    said = {check: result.said[check] for check in CHECKS if result.said[check]}
    assert said.keys() == expected.keys(), said
    for check, (position, sentence) in expected.items():
        assert (said[check].position, sentence in said[check].sentence) == (position, True), (check, said[check])
    assert result.is_found
