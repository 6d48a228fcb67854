"""A business that closes hears of it, however soon it is forgotten; then nothing of it is left."""

import pytest

from events import directory
from tests.eventlog import EventLog, deliver
from tests.notifier import given

pytestmark = pytest.mark.integration

FARM = given.an_entity(name="Zebrafinch Farm", email="zebrafinch@members.test")
OWNED = given.an_entity(name="Zebrafinch Farm", email="")
OWNER = given.a_user(email="zebrafinch@members.test", first_name="Zebrafinch")
FORMER = given.a_user(email="former@members.test")


def joined(user: directory.UserRegistered, role: directory.Role | None = "owner") -> directory.MembershipChanged:
    return directory.MembershipChanged(entity_id=OWNED.entity_id, user_id=user.user_id, role=role)


def ending(entity: directory.EntityRegistered) -> list:
    return [
        directory.EntityClosed(entity_id=entity.entity_id, account=entity.account, reason="moved away"),
        directory.UserClosed(user_id=OWNER.user_id),
        directory.EntityForgotten(entity_id=entity.entity_id, account=entity.account),
    ]


def send_all(sender) -> None:
    while sender.send_due():
        pass


@pytest.mark.parametrize("in_one_run", [True, False])
@pytest.mark.parametrize(
    ("entity", "people"),
    [(FARM, []), (OWNED, [OWNER, FORMER, joined(FORMER), joined(OWNER), joined(FORMER, None)])],
    ids=["own address", "its owner's"],
)
def test_farewell_is_sent_to_who_is_forgotten_and_leaves_nothing(
    projection, sender, mail_server, store, entity, people, in_one_run
):
    log = EventLog("directory.events", "directory")
    for event in (entity, *people, *ending(entity)):
        log.tell(event)
    if in_one_run:
        assert deliver(projection, log.records)
    else:
        assert all(deliver(projection, [record]) for record in log.records)
    send_all(sender)
    (mail,) = mail_server.desk.to("zebrafinch@members.test")
    assert mail["Subject"] == "The membership of Zebrafinch Farm has ended"
    assert "moved away" in mail.get_body(("plain",)).get_content()
    assert mail_server.desk.to("former@members.test") == []
    left = [list(store._db[name].find()) for name in store._db.list_collection_names()]
    assert "zebrafinch" not in repr(left).lower()
    assert "moved away" not in repr(left)


def test_who_closes_and_is_not_forgotten_yet_is_told_too(projection, sender, mail_server):
    log = EventLog("directory.events", "directory")
    for event in (FARM, ending(FARM)[0]):
        log.tell(event)
    assert deliver(projection, log.records)
    send_all(sender)
    subjects = [mail["Subject"] for mail in mail_server.desk.to("zebrafinch@members.test")]
    assert sorted(subjects) == ["The membership of Zebrafinch Farm has ended", "Welcome, Zebrafinch Farm"]
