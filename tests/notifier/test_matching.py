"""What the matcher announces, as mails and notices: hits of saved searches, and trading loops."""

import pytest

from events import directory, matcher
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.test_sending import send_all

pytestmark = pytest.mark.integration


class Circle:
    """Three trading members, each of whom wants what the next offers."""

    def __init__(self, projection) -> None:
        self.projection = projection
        self.people = EventLog("directory.events", "directory")
        self.matches = EventLog("matcher.events", "matcher")
        self.farm, self.bakery, self.mill = (
            given.an_entity(name=name, status="tradingAccepted") for name in ("Green Farm", "Blue Bakery", "Old Mill")
        )

    @property
    def gives(self) -> list[matcher.LoopGive]:
        farm, bakery, mill = (entity.entity_id for entity in (self.farm, self.bakery, self.mill))
        return [
            matcher.LoopGive(giver=bakery, receiver=farm, offer="bread", want="bread"),
            matcher.LoopGive(giver=mill, receiver=bakery, offer="flour", want="flour"),
            matcher.LoopGive(giver=farm, receiver=mill, offer="rye", want="grain"),
        ]

    @property
    def members(self) -> list[str]:
        return [self.farm.entity_id, self.bakery.entity_id, self.mill.entity_id]

    def sign_up(self, *more: directory.EntityStatusChanged | directory.EntityClosed) -> None:
        for event in (self.farm, self.bakery, self.mill, *more):
            self.people.tell(event)
        assert deliver(self.projection, self.people.records)

    def find(self) -> None:
        self.matches.tell(matcher.LoopFound(loop_id="l-1", members=self.members, gives=self.gives, score=80))
        assert deliver(self.projection, self.matches.records)

    def agree(self) -> None:
        self.matches.tell(matcher.LoopAgreed(loop_id="l-1", members=self.members, gives=self.gives))
        assert deliver(self.projection, self.matches.records)

    def hit(self) -> None:
        hit = matcher.SearchHit(
            search_id="s-1", entity_id=self.farm.entity_id, found=self.mill.entity_id, tag="flour", side="offers"
        )
        self.matches.tell(hit)
        assert deliver(self.projection, self.matches.records)


@pytest.fixture
def circle(projection) -> Circle:
    return Circle(projection)


def recipients(store, kind: str, collection: str = "messages") -> list[str]:
    return sorted(record["recipient"] for record in store._db[collection].find({"kind": kind}))


def test_a_loop_is_told_to_all_its_members_with_each_ones_own_part(circle, store, sender, mail_server):
    circle.sign_up()
    circle.find()
    circle.agree()
    for kind in ("loop_found", "loop_agreed"):
        assert recipients(store, kind) == sorted(f"entity:{member}" for member in circle.members)
        assert recipients(store, kind, "notices") == recipients(store, kind)
    send_all(sender)
    subjects = {str(mail["Subject"]) for mail in mail_server.desk.mails}
    assert "You could trade in a loop: give rye, receive bread" in subjects
    assert "You could trade in a loop: give bread, receive flour" in subjects
    found = next(mail for mail in mail_server.desk.mails if "trade in a loop" in mail["Subject"])
    text = found.get_body(("plain",)).get_content()
    assert "Green Farm gives Old Mill: rye (looked for: grain)" in text
    assert "https://credit.test/loops/l-1" in text


def test_a_hit_is_told_to_whose_search_it_is(circle, store, sender, mail_server):
    # The matcher's news may come before the directory's: names are looked up when the mail is sent.
    circle.hit()
    circle.sign_up()
    assert recipients(store, "search_hit") == [f"entity:{circle.farm.entity_id}"]
    send_all(sender)
    (mail,) = (mail for mail in mail_server.desk.mails if "flour" in mail["Subject"])
    assert mail["Subject"] == "Old Mill offers flour"
    assert "https://credit.test/searches" in mail.get_body(("plain",)).get_content()


def test_who_is_not_accepted_or_closed_is_not_told(circle, store):
    left = directory.EntityClosed(entity_id=circle.bakery.entity_id, account=circle.bakery.account, reason="")
    circle.sign_up(given.status_changed(circle.farm, "rejected"), left)
    circle.find()
    circle.hit()
    assert recipients(store, "loop_found") == [f"entity:{circle.mill.entity_id}"]
    assert recipients(store, "search_hit") == recipients(store, "search_hit", "notices") == []


def test_what_is_delivered_twice_is_told_once(circle, store):
    circle.sign_up()
    circle.find()
    assert deliver(circle.projection, circle.matches.records)
    assert len(recipients(store, "loop_found")) == 3


def test_a_tag_cannot_start_a_header_or_a_paragraph(circle, store, sender, mail_server):
    circle.sign_up()
    gives = [circle.gives[0], circle.gives[1]]
    sly = matcher.LoopGive(
        giver=circle.farm.entity_id, receiver=circle.mill.entity_id, offer="rye\r\nBcc: all\n\nPay now", want="<b>rye"
    )
    circle.matches.tell(matcher.LoopFound(loop_id="l-2", members=circle.members, gives=[*gives, sly], score=1))
    assert deliver(circle.projection, circle.matches.records)
    send_all(sender)
    found = [mail for mail in mail_server.desk.mails if "in a loop" in mail["Subject"]]
    assert len(found) == 3
    for mail in found:
        assert mail["Bcc"] is None
        assert "rye Bcc: all Pay now" in mail.get_body(("plain",)).get_content()
        assert "<b>" not in mail.get_body(("html",)).get_content()
