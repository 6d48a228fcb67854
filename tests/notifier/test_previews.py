"""Previews: each kind has a sample, is told to somebody in words, and is read without any real data."""

import pytest

from services.chassis.tokens import Caller, Verifier
from services.notifier.app import create_app
from services.notifier.languages import LANGUAGES
from services.notifier.previews import TO, kinds, preview
from services.notifier.rules import BOTH, KINDS, NOTICED, TABLE
from services.notifier.samples import SAMPLED, sample_of
from services.notifier.store import Store
from tests.chassis.keys import key_pair, signer_of
from tests.notifier.samples import STATIONERY

ADMIN = Caller(subject="a", roles=frozenset({"admin"}))


def test_each_kind_has_a_sample_and_each_sample_a_kind():
    assert set(KINDS) == SAMPLED
    with pytest.raises(KeyError):
        sample_of("a_kind_without", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_reads_the_same_as_mail_and_as_notice(kind, language):
    shown = preview(kind, language, STATIONERY)
    assert shown.subject
    assert shown.text
    assert shown.html.startswith("<!doctype html>")
    assert shown.notice == (shown.subject if kind in NOTICED else "")


def test_whom_each_rule_tells_is_said_in_words():
    assert {rule.to for rules in TABLE.values() for rule in rules} == set(TO)
    assert [kind.kind for kind in kinds()] == list(KINDS)
    by_name = {kind.kind: kind for kind in kinds()}
    assert by_name["transfer_cancelled"].to == "both sides of the transfer"
    assert by_name["transfer_cancelled"].channels == BOTH
    assert by_name["daily_matches"].channels == ("mail",)
    assert by_name["weekly_summary"].to == "administrators and coordinators"


@pytest.fixture
def get():
    """No store behind it: whatever would read one would fail."""
    nowhere = Store("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=1&connectTimeoutMS=1", "nothing")
    client = create_app(nowhere, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY).test_client()

    def ask(path: str, caller: Caller = ADMIN):
        token = signer_of("gateway").token(caller, "notifier")
        return client.get(path, headers={"Authorization": f"Bearer {token}"})

    yield ask
    nowhere.close()


def test_kinds_are_listed_without_a_store(get):
    answer = get("/kinds").json
    assert answer["languages"][0] == STATIONERY.language()
    assert sorted(answer["languages"]) == sorted(LANGUAGES)
    assert answer["kinds"][0] == {
        "kind": "welcome", "group": "account", "channels": ["mail", "notice"], "to": "the business that it is about",
    }  # fmt: skip


def test_a_preview_is_read_without_a_store(get):
    shown = get("/kinds/transfer_initiated/preview?language=en").json
    assert set(shown) == {"subject", "text", "html", "notice"}
    assert "25.00 credits" in shown["text"]
    assert "/unsubscribe/sample" in shown["html"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/kinds/nothing/preview", 404), ("/kinds/layout/preview", 404), ("/kinds/welcome/preview?language=xx", 400)],
)
def test_what_there_is_not(get, path, status):
    assert get(path).status_code == status


@pytest.mark.parametrize("role", ["member", "coordinator", "auditor"])
def test_nobody_else_reads_them(get, role):
    """But coordinators read the one of a decision that they are about to take."""
    caller = Caller(subject="x", roles=frozenset({role}))
    assert get("/kinds", caller).status_code == 403
    assert get("/kinds/welcome/preview", caller).status_code == (200 if role == "coordinator" else 403)


def test_a_decision_is_read_as_it_would_be_told(get):
    """What is given takes the place of what is made up; an empty reason is none."""
    asked = "/kinds/status_rejected/preview?name=Old+Mill&previous=tradingAccepted"
    shown = get(f"{asked}&reason=No+answer+in+a+year").json
    assert shown["subject"] == "Your membership has ended"
    assert "Hello Old Mill" in shown["text"]
    assert "The reason given: No answer in a year" in shown["text"]
    assert "The reason given" not in get(f"{asked}&reason=").json["text"]
    assert get("/kinds/welcome/preview?reason=x&previous=y").status_code == 200
