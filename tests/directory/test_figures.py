"""What the ledger says of accounts, kept beside the entities and in the index; and revisions, which only grow."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from events.directory import Profile
from events.envelope import Event
from events.ledger import AccountLimitsChanged, AccountOpened, AccountStandingChanged, Entry, Limits, TransferCompleted
from services.directory import consumer, indexing
from services.directory.domain import Entity, EntityChange, Membership
from services.directory.domain.figures import AccountNews, Figures, folded_news
from services.directory.following import FiguresFollower, News
from services.directory.handlers import members
from services.directory.handlers.writing import Directory
from services.directory.store import EntityIndex, Store, migrate
from tests.directory.test_crashes import BY, in_truth, indexed

OPENED = AccountOpened(account="1", entity_id="e1", max_negative=0, max_positive=500, standing="frozen")
LIMITS = AccountLimitsChanged(
    account="1", max_negative=100, max_positive=900, previous=Limits(max_negative=0, max_positive=500), reason=""
)
TRADING = AccountStandingChanged(account="1", standing="trading", previous="frozen", reason="")
CLOSED = AccountStandingChanged(account="1", standing="closed", previous="trading", reason="")


def paid(*balances: tuple[str, int]) -> TransferCompleted:
    entries = [Entry(account=account, amount=1, balance=balance) for account, balance in balances]
    return TransferCompleted(transfer_id="t", entries=entries, effective_at="2026-01-31T12:00:00Z")


def news(first: int, *events: Event) -> list[News]:
    envelope: Any = None
    return [News(position, envelope, event) for position, event in enumerate(events, first)]


def test_the_last_value_of_each_field_counts_once_per_account() -> None:
    events: Sequence[Event] = [OPENED, paid(("1", -5), ("2", 5)), LIMITS, paid(("2", 4), ("3", 1)), TRADING]
    assert folded_news(enumerate(events, 11)) == [
        AccountNews("1", 15, {"balance": -5, "standing": "trading", "max_negative": 100, "max_positive": 900}),
        AccountNews("2", 14, {"balance": 4}),
        AccountNews("3", 14, {"balance": 1}),
    ]


@pytest.mark.integration
class TestFollowing:
    """With MongoDB and Elasticsearch."""

    @pytest.fixture(autouse=True)
    def parts(self, directory: Directory, store: Store, prepared_index: EntityIndex) -> None:
        self.directory, self.store, self.index = directory, store, prepared_index
        self.closed: list[tuple[str, int]] = []
        for number in ("1", "2"):
            entity = Entity(
                entity_id=f"e{number}",
                account=number,
                status="accepted",
                profile=Profile(name=f"$Entity {number}"),
                offers=(),
                wants=(),
                created_at=directory.clock(),
                version=7,
            )
            store.entities.add(entity, Membership(entity.entity_id, "u1", "owner"))
        self.follower = FiguresFollower(
            directory, prepared_index, [lambda _, account, position: self.closed.append((account, position))]
        )

    def figures(self, entity_id: str = "e1") -> Figures | None:
        found = self.store.entities.find(entity_id)
        assert found
        return found.figures

    def found(self) -> dict[str, dict[str, int]]:
        """What can be searched of each business's figures."""
        names = ["balance", "max_negative", "max_positive"]
        found = self.index._client.search(index=self.index.alias, docvalue_fields=names)
        return {
            hit["_id"]: {name: value for name, (value,) in hit.get("fields", {}).items()}
            for hit in found["hits"]["hits"]
        }

    def test_figures_reach_the_entity_and_the_index(self) -> None:
        self.follower.take(news(1, OPENED, LIMITS, TRADING, paid(("1", -30), ("2", 29), ("fees", 1))))
        expected = Figures(balance=-30, max_negative=100, max_positive=900, standing="trading", position=4)
        assert self.figures() == expected
        assert self.figures("e2") == Figures(balance=29, position=4)
        assert self.found() == {
            "e1": {"balance": -30, "max_negative": 100, "max_positive": 900},
            "e2": {"balance": 29},
        }
        assert indexed(self.index) == in_truth(self.store) == {"e1": 8, "e2": 8}

    def test_a_repeat_changes_nothing_however_it_is_cut(self) -> None:
        events = news(1, OPENED, paid(("1", -5)), LIMITS, paid(("1", -6)), TRADING, paid(("2", 3)))
        self.follower.take(events)
        before = self.store.entities.of_ids(["e1", "e2"])
        for start, end in ((0, 6), (0, 2), (1, 4), (3, 5)):
            self.follower.take(events[start:end])
        assert self.store.entities.of_ids(["e1", "e2"]) == before

    def test_a_crash_between_figures_and_index_is_made_good_by_the_repeat(self) -> None:
        events = news(1, OPENED, paid(("1", 12)))
        self.store.entities.take_figures(folded_news((each.position, each.event) for each in events if each.event))
        assert self.found() == {}
        self.follower.take(events)
        assert self.found()["e1"]["balance"] == 12

    def test_a_change_of_the_profile_keeps_figures_and_the_other_way_round(self) -> None:
        self.follower.take(news(1, OPENED, paid(("1", 12))))
        members.change_entity(self.directory, BY, "e1", EntityChange(profile={"city": "$Hull"}))
        self.follower.take(news(3, paid(("1", 13))))
        found = self.store.entities.find("e1")
        assert found
        assert found.figures
        assert (found.figures.balance, found.profile.city, found.revision) == (13, "$Hull", 10)

    def test_forgetting_is_a_new_revision_and_leaves_the_figures(self) -> None:
        self.follower.take(news(1, OPENED))
        self.store.transact(lambda inside: inside.entities.forget("entity/e1"))
        found = self.store.entities.find("e1")
        assert found
        assert (found.profile.name, found.revision, found.figures) == ("", 9, self.figures())
        assert found.figures

    def test_who_minds_closing_hears_of_it(self) -> None:
        self.follower.take(news(1, OPENED, CLOSED))
        self.follower.take(news(1, OPENED, CLOSED))
        assert self.closed == [("1", 2), ("1", 2)]

    def test_every_follower_goes_on_from_its_own_position(self) -> None:
        class Later:
            name = "later"

            def __init__(self) -> None:
                self.seen: list[int] = []

            def take(self, fresh: Sequence[News]) -> None:
                self.seen += [each.position for each in fresh]

        later, source = Later(), "ledger.events/main"
        self.store.projections.reached(f"figures/{source}", 5)
        both = consumer.Projections(self.store, {source: (self.follower, later)})
        assert both.position(source) == 0
        assert both.position("ledger.events/other") == 0
        self.store.projections.reached(f"later/{source}", 5)
        assert both.position(source) == 5

    def test_migrate_gives_older_entities_the_revision_that_they_were_indexed_under(self) -> None:
        self.store.database["entities"].update_many({}, {"$unset": {"revision": "", "figures": ""}})
        for _ in range(2):
            migrate(self.store.database)
        assert in_truth(self.store) == {"e1": 7, "e2": 7}
        self.index.put(list(indexing.indexed(self.store.entities.every())))
        self.follower.take(news(1, OPENED))
        assert indexed(self.index) == in_truth(self.store) == {"e1": 8, "e2": 7}

    def test_a_decision_on_an_old_copy_does_not_bring_old_figures_back(self) -> None:
        old = self.store.entities.find("e1")
        assert old
        self.follower.take(news(1, OPENED, paid(("1", 12))))
        self.store.entities.save(replace(old, status="rejected"))
        assert self.figures() == Figures(balance=12, max_negative=0, max_positive=500, standing="frozen", position=2)
