"""Messages in more than one language: each says the same of the same, and a business chooses which it reads."""

import re
from dataclasses import fields, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables

import services.notifier
from events import directory
from services.chassis.config import BadSettings
from services.notifier.app import new_stationery, read_config
from services.notifier.languages import LANGUAGES, Language, day_in_words, in_credits, in_words
from services.notifier.mail import Stationery, as_mail
from services.notifier.rules import KINDS
from services.notifier.samples import values_in
from tests.eventlog import EventLog, deliver
from tests.notifier import given, test_preferences
from tests.notifier.samples import ENVELOPE, STATIONERY
from tests.notifier.test_preferences import ALL_ON, ANN, FARM, PROPOSAL

ask, logs = test_preferences.ask, test_preferences.logs

FOLDER = Path(services.notifier.__file__).parent / "templates"
NEEDED = (
    "NOTIFIER_MONGO_URL", "KAFKA_BOOTSTRAP", "INTERNAL_PUBLIC_KEY_FILE", "MESSAGES_KEY", "PUBLIC_URL",
    "NOTIFIER_SMTP_HOST", "NOTIFIER_SENDER", "NOTIFIER_PORT",
)  # fmt: skip
"""Settings without a default."""
OTHERS = sorted(set(LANGUAGES) - {"en"})


def parsed(language: str, kind: str) -> nodes.Template:
    return Environment(autoescape=True).parse((FOLDER / language / f"{kind}.txt").read_text(encoding="utf-8"))


def blocks(template: nodes.Template) -> list[str]:
    return [block.name for block in template.find_all(nodes.Block)]


def attributes(template: nodes.Template) -> set[str]:
    return {found.attr for found in template.find_all(nodes.Getattr)}


def path(language: str, kind: str) -> str:
    text = (FOLDER / language / f"{kind}.txt").read_text(encoding="utf-8")
    return re.findall(r"{% block path %}(.*){% endblock %}", text)[0]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_uses_the_same_in_each_language(language, kind):
    here, english = parsed(language, kind), parsed("en", kind)
    assert blocks(here) == blocks(english) == ["subject", "words", "label", "path"]
    assert find_undeclared_variables(here) == find_undeclared_variables(english)
    assert attributes(here) == attributes(english)
    assert path(language, kind) == path("en", kind)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turned", [True, False])
def test_each_kind_leads_to_the_same_and_asks_for_as_much(language, kind, turned):
    flags = {"you_pay": turned, "mine": turned, "by": "", "by_admin": turned, "below": turned, "person": ""}
    flags |= {"of_network": turned, "reason": "", "view_only": turned}
    here, english = (STATIONERY.words(kind, values_in(each) | flags, each) for each in (language, "en"))
    assert here.link == english.link
    assert bool(here.label) == bool(english.label)
    assert len(here.paragraphs) == len(english.paragraphs)
    assert here.subject != english.subject


def test_a_language_leaves_nothing_unsaid():
    for code, language in LANGUAGES.items():
        assert re.fullmatch("[a-z]{2}", code)
        assert len(set(language.months)) == 12
        assert "{why}" in language.because
        # To who has no name one may say hello and nothing more.
        said = {each.name for each in fields(Language) if not getattr(language, each.name)}
        assert said <= {"nobody"}


@pytest.mark.parametrize(
    ("language", "amount", "instant", "day"),
    [
        ("en", "1,234,567.05 credits", "1 March 2026, 12:15 UTC", "1 March 2026"),
        ("de", "1.234.567,05 Credits", "1. März 2026, 12:15 Uhr UTC", "1. März 2026"),
    ],
)
def test_amounts_and_days_are_written_as_the_language_writes_them(language, amount, instant, day):
    assert in_credits(123456705, language) == amount
    assert in_words("2026-03-01T13:15:00+01:00", language) == instant
    assert day_in_words("2026-03-01", language) == day


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_part_says_its_language(language):
    mail = as_mail(ENVELOPE, STATIONERY.words("welcome", values_in(language), language), STATIONERY)
    html = message_from_bytes(bytes(mail), policy=policy.default).get_body(("html",)).get_content()
    assert f'<html lang="{language}">' in html


def test_whose_name_is_not_known_is_greeted_without_one():
    words = STATIONERY.words("email_change", {**values_in("de"), "greeted": LANGUAGES["de"].nobody}, "de")
    assert STATIONERY.text(words).startswith("Guten Tag,\n")
    assert "Guten Tag,<" in STATIONERY.html(words)


def proposed(projection, money: EventLog, clock) -> None:
    money.tell(PROPOSAL, at=clock.now)
    assert deliver(projection, money.records)


def send_all(sender) -> None:
    while sender.send_due():
        pass


def the_mail(mail_server, about: str) -> EmailMessage:
    (found,) = [mail for mail in mail_server.desk.mails if about in str(mail["Subject"])]
    return found


def test_a_business_that_chose_german_gets_german_with_its_umlauts(ask, projection, logs, clock, sender, mail_server):
    _, money = logs
    assert ask(ANN, method="PUT", **ALL_ON | {"language": "de"}).json["language"] == "de"
    proposed(projection, money, clock)
    send_all(sender)
    mail = the_mail(mail_server, "möchte Ihnen")
    assert mail["Subject"] == f"Blue Bakery möchte Ihnen {in_credits(PROPOSAL.amount, 'de')} zahlen"
    text, html = (mail.get_body((part,)).get_content() for part in ("plain", "html"))
    for part in (text, html):
        assert "Guten Tag Green Farm," in part
        assert f"Blue Bakery möchte {in_credits(PROPOSAL.amount, 'de')} an Green Farm zahlen" in " ".join(part.split())
        assert "�" not in part
        assert "Ã" not in part
    assert 'lang="de"' in html


def test_a_changed_choice_holds_for_what_is_not_sent_and_for_notices(
    ask, projection, logs, clock, sender, mail_server
):  # fmt: skip
    _, money = logs
    ask(ANN, method="PUT", **ALL_ON | {"language": "de"})
    proposed(projection, money, clock)
    assert "möchte Ihnen" in str(ask(ANN, "/notices").json)
    ask(ANN, method="PUT", **ALL_ON | {"language": "en"})
    send_all(sender)
    assert 'lang="en"' in the_mail(mail_server, "wants to pay you").get_body(("html",)).get_content()
    assert "wants to pay you" in str(ask(ANN, "/notices").json)


def test_a_choice_without_a_language_leaves_it(ask):
    assert ask(ANN).json["language"] == "en"
    assert [each["code"] for each in ask(ANN).json["languages"]] == list(LANGUAGES)
    ask(ANN, method="PUT", **ALL_ON | {"language": "de"})
    assert ask(ANN, method="PUT", **ALL_ON).json["language"] == "de"


def test_who_chose_none_or_what_is_no_more_gets_the_networks_language():
    german = Stationery("https://credit.test", "Mutual credit network", "de")
    for chosen in ("", "tlh"):
        assert STATIONERY.language(chosen) == "en"
        assert german.language(chosen) == "de"
    assert german.language("en") == "en"


def test_persons_get_the_networks_language(projection, logs, clock, sender, mail_server):
    people, _ = logs
    ada = given.a_user(first_name="Zoë", last_name="Übel")
    for event in (ada, directory.SecurityNotice(user_id=ada.user_id, what="password-changed")):
        people.tell(event, at=clock.now)
    assert deliver(projection, people.records[-2:])
    german = Stationery("https://credit.test", "Mutual credit network", "de")
    send_all(replace(sender, writer=replace(sender.writer, stationery=german)))
    mail = the_mail(mail_server, "Ihr Passwort wurde geändert")
    assert "Guten Tag Zoë Übel," in mail.get_body(("plain",)).get_content()
    assert "weil Sie einen Login bei diesem Netzwerk haben" in mail.get_body(("plain",)).get_content()


def test_a_language_that_is_not_there_is_refused_at_the_start(capsys):
    environ = dict.fromkeys(NEEDED, "1")
    assert new_stationery(read_config({**environ, "NOTIFIER_LANGUAGE": "de"})).language() == "de"
    with pytest.raises(BadSettings):
        new_stationery(read_config({**environ, "NOTIFIER_LANGUAGE": "tlh"}))
    assert "NOTIFIER_LANGUAGE is malformed: 'tlh' is none of en, de" in capsys.readouterr().out


def test_a_farewell_is_in_the_language_of_who_leaves_though_they_are_forgotten(
    ask, projection, logs, clock, sender, mail_server
):  # fmt: skip
    people, _ = logs
    ask(ANN, method="PUT", **ALL_ON | {"language": "de"})
    closed = directory.EntityClosed(entity_id=FARM.entity_id, account=FARM.account, reason="")
    for event in (closed, directory.EntityForgotten(entity_id=FARM.entity_id, account=FARM.account)):
        people.tell(event, at=clock.now)
    assert deliver(projection, people.records[-2:])
    send_all(sender)
    assert the_mail(mail_server, "Green Farm ist beendet")["Subject"] == "Die Mitgliedschaft von Green Farm ist beendet"
