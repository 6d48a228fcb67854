"""Links that stop mails: signed, in each mail that can be switched off, of no login, for ever (RFC 8058)."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from events import directory
from services.chassis.tokens import Caller, Verifier
from services.notifier.app import create_app
from services.notifier.sending import SUPPRESSED
from services.notifier.unsubscribing import BadLink, Links, Wish, digest_of
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.samples import STATIONERY

LINKS = Links("a long random text")
FARM, SHOP = given.an_entity(email="Farm@Members.test"), given.an_entity(name="Blue Bakery")
ADA = given.a_user(email="farm@members.test")
PROPOSAL = given.a_transfer(SHOP.account, FARM.account)
WISH = Wish(FARM.entity_id, "requests", digest_of("farm@members.test"))
PUBLIC = Caller()


@for_all(
    st.text(st.characters(codec="utf-8", exclude_characters=" "), max_size=40), st.sampled_from(["trades", "loops"])
)
def test_a_link_says_what_it_was_made_for(entity_id, group):
    wish = Wish(entity_id, group, digest_of("a@b.test"))
    assert LINKS.read(LINKS.token(wish)) == wish


def test_a_link_that_was_changed_or_signed_by_another_is_none_of_ours():
    token = LINKS.token(WISH)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,200}", token)
    others = [token[:-1], "A" + token[1:], token[:40] + "x" + token[41:], "", "x", Links("another").token(WISH)]
    for other in others:
        with pytest.raises(BadLink):
            LINKS.read(other)


def test_an_address_has_one_digest_however_it_is_written():
    assert digest_of(" Farm@Members.test") == digest_of("farm@members.test")


@pytest.fixture
def ask(store, clock):
    verifier = Verifier(key_pair("gateway")[1], "notifier")
    client = create_app(store, verifier, STATIONERY, clock, links=LINKS).test_client()

    def send(token: str, method: str = "POST", **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {signer_of('gateway').token(PUBLIC, 'notifier')}"}
        return client.open(f"/unsubscriptions/{token}", method=method, json=body or None, headers=headers)

    return send


@pytest.fixture
def linking(sender):
    return replace(sender, writer=replace(sender.writer, links=LINKS))


@pytest.fixture
def tell(projection, clock):
    people, money = EventLog("directory.events", "directory"), EventLog("ledger.events", "main")

    def told(*events: Any) -> None:
        for event in events:
            log = money if type(event).__module__.endswith("ledger") else people
            log.tell(event, at=clock.now)
            assert deliver(projection, log.records[-1:])

    told(FARM, SHOP, ADA)
    return told


def work_off(sender) -> None:
    while sender.send_due():
        pass


def test_a_mail_that_can_be_switched_off_carries_a_link_that_stops_it(ask, tell, linking, mail_server):
    tell(PROPOSAL)
    work_off(linking)
    (mail,) = (each for each in mail_server.desk.mails if "wants to pay" in each["Subject"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<https://credit\.test/unsubscribe/([A-Za-z0-9_-]+)>", mail["List-Unsubscribe"])
    assert link
    assert LINKS.read(link[1]) == WISH
    assert f"/unsubscribe/{link[1]}" in mail.get_body(("plain",)).get_content()
    assert f"/unsubscribe/{link[1]}" in mail.get_body(("html",)).get_content()
    assert ask(link[1]).json == {"group": "requests", "name": "Green Farm", "stopped": True, "all_stopped": False}


def test_mails_about_security_carry_none(tell, linking, mail_server):
    tell(directory.SecurityNotice(user_id=ADA.user_id, what="password-changed"))
    work_off(linking)
    (mail,) = (each for each in mail_server.desk.mails if each["Subject"] == "Your password was changed")
    assert mail["List-Unsubscribe"] is None
    assert "/unsubscribe/" not in mail.get_body(("plain",)).get_content()


def test_what_is_stopped_stays_stopped_and_all_else_goes_on(ask, tell, linking, store):
    token = LINKS.token(WISH)
    assert ask(token, "GET").json["stopped"] is False
    for _ in range(2):
        assert ask(token).status_code == 200
    assert ask(token, "GET").json["stopped"] is True
    tell(PROPOSAL, given.cancelled(PROPOSAL, "cancelled"))
    work_off(linking)
    to_farm = {"recipient": f"account:{FARM.account}"}
    assert {each["kind"]: each["state"] for each in store._db["messages"].find(to_farm)} == {
        "transfer_cancelled": "sent"
    }  # fmt: skip


def test_an_address_that_wants_none_at_all_gets_security_alone(ask, tell, linking, store, mail_server):
    assert ask(LINKS.token(WISH), all=True).json["all_stopped"] is True
    tell(PROPOSAL, directory.SecurityNotice(user_id=ADA.user_id, what="password-changed"))
    work_off(linking)
    ended = store._db["messages"].find_one({"kind": "transfer_initiated"})
    assert (ended["state"], ended["error"]) == ("expired", SUPPRESSED)
    assert [each["Subject"] for each in mail_server.desk.mails if "farm@" in each["To"].lower()] == [
        "Your password was changed"
    ]  # fmt: skip
    kept = store._db["suppressed"].find_one()
    assert (kept["_id"], kept["reason"]) == (WISH.address, "asked")


@pytest.mark.parametrize("group", ["security", "work", "contact", "nonsense"])
def test_a_link_that_is_not_ours_or_stops_what_cannot_be_stopped_is_404(ask, store, group):
    for token in (LINKS.token(replace(WISH, group=group)), Links("other").token(WISH), "x"):
        answer = ask(token)
        assert (answer.status_code, answer.json["type"]) == (404, "unsubscription.invalid")
    assert store._db["preferences"].count_documents({}) == 0
