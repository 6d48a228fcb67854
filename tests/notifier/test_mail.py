"""What mails look like, and what nobody can make them look like."""

from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

import services.notifier
from services.notifier.languages import LANGUAGES, in_credits, in_words
from services.notifier.mail import BadAddress, Envelope, Stationery, as_mail, one_line
from services.notifier.rules import KINDS
from services.notifier.samples import values_in
from tests.notifier.samples import ENVELOPE, STATIONERY

VALUES = values_in("en")


def words(kind, **changed):
    return STATIONERY.words(kind, {**VALUES, **changed}, "en")


def sent(kind="transfer_rejected", envelope=ENVELOPE, **changed):
    """The mail as the other end reads it."""
    raw = bytes(as_mail(envelope, words(kind, **changed), STATIONERY))
    return message_from_bytes(raw, policy=policy.default)


def changed_envelope(**changed):
    return Envelope(**{name: getattr(ENVELOPE, name) for name in Envelope.__slots__} | changed)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, sorted(name for name, _ in attrs)))

    def handle_data(self, data):
        self.text += data


def tags_of(html):
    parser = Tags()
    parser.feed(html)
    return parser.seen


def test_each_kind_has_a_template_and_each_template_a_kind():
    folder = Path(services.notifier.__file__).parent / "templates"
    expected = {f"{language}/{kind}.txt" for language in LANGUAGES for kind in KINDS}
    assert {path.relative_to(folder).as_posix() for path in folder.glob("*/*")} == expected


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_a_mail_with_text_and_html_that_say_the_same(kind):
    mail = sent(kind)
    text = mail.get_body(("plain",)).get_content()
    html = Tags()
    html.feed(mail.get_body(("html",)).get_content())
    said = " ".join(html.text.split())
    for paragraph in words(kind).paragraphs:
        assert paragraph in said
        assert paragraph in " ".join(text.split())
    assert mail["Subject"] == words(kind).subject
    assert "https://credit.test/settings/notifications" in text


def test_headers_name_sender_reader_and_a_stable_id():
    mail = sent()
    assert mail["From"] == "Mutual Credit <noreply@dev.null>"
    assert mail["To"] == "Green Farm <farm@example.test>"
    assert mail["Message-ID"] == "<6f1e@dev.null>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == ENVELOPE.at


@pytest.mark.parametrize(
    ("you_pay", "subject"),
    [(True, "Blue Bakery asks you for 25.00 credits"), (False, "Blue Bakery wants to pay you 25.00 credits")],
)
def test_proposal_says_who_would_pay(you_pay, subject):
    said = words("transfer_initiated", you_pay=you_pay)
    assert said.subject == subject
    assert said.link == "https://credit.test/transfers/t-1"


@pytest.mark.parametrize(
    ("kind", "changed", "expected"),
    [
        ("transfer_rejected", {"mine": True}, "Blue Bakery declined your payment of 25.00 credits."),
        ("transfer_rejected", {"mine": False, "you_pay": False}, "declined the payment of 25.00 credits"),
        ("transfer_cancelled", {"mine": False}, "Blue Bakery cancelled the transfer"),
        ("transfer_cancelled", {"by": None}, "An administrator cancelled the transfer"),
        ("transfer_cancelled_by_system", {}, "could not be completed"),
        ("status_accepted", {"previous": "tradingAccepted"}, "without trading membership"),
    ],
)
def test_ending_says_what_happened_and_why(kind, changed, expected):
    paragraphs = words(kind, **changed).paragraphs
    assert expected in paragraphs[0]
    assert "no stock" in paragraphs[-1]
    assert all("reason" not in paragraph for paragraph in words(kind, reason="", **changed).paragraphs)


def test_expired_proposal_needs_no_further_reason():
    said = words("transfer_cancelled_by_system", ending="expired", reason="Nobody answered it in time.")
    assert len(said.paragraphs) == 1
    assert said.paragraphs[0].endswith("was not answered in time and has expired. No credits have moved.")


@pytest.mark.parametrize(
    ("kind", "changed", "subject", "first"),
    [
        (
            "transfer_by_consent",
            {},
            "You paid Blue Bakery 25.00 credits by your standing consent",
            "Blue Bakery asked Green Farm for 25.00 credits, and Green Farm has paid it at once, by your standing consent.",  # noqa: E501
        ),
        (
            "transfer_by_consent",
            {"you_pay": False},
            "Blue Bakery paid you 25.00 credits by your standing consent",
            "Blue Bakery has paid 25.00 credits to Green Farm, accepted at once by your standing consent.",
        ),
        (
            "transfer_receipt",
            {},
            "Receipt: 25.00 credits paid to Blue Bakery",
            "Green Farm accepted the request of Blue Bakery. 25.00 credits went from Green Farm to Blue Bakery.",
        ),
        (
            "transfer_receipt",
            {"you_pay": False},
            "Receipt: 25.00 credits received from Blue Bakery",
            "Green Farm accepted the payment of Blue Bakery. 25.00 credits went from Blue Bakery to Green Farm.",
        ),
        (
            "transfer_by_admin",
            {},
            "An administrator moved 25.00 credits from your account",
            "An administrator made a transfer: 25.00 credits went from Green Farm to Blue Bakery.",
        ),
        (
            "transfer_by_admin",
            {"you_pay": False, "other": "", "parties": 3},
            "An administrator moved 25.00 credits to your account",
            "An administrator made a transfer among 3 businesses: 25.00 credits went to Green Farm.",
        ),
        (
            "transfer_reversed",
            {"you_pay": False},
            "Transfer reversed: 25.00 credits came back to your account",
            "An administrator reversed a transfer between Green Farm and Blue Bakery: 25.00 credits came back to Green Farm.",  # noqa: E501
        ),
        (
            "transfer_reversed",
            {"by_admin": False, "mine": True},
            "Transfer reversed: 25.00 credits went back from your account",
            "You reversed a transfer between Green Farm and Blue Bakery: 25.00 credits went back from Green Farm.",
        ),
        (
            "transfer_expiring",
            {},
            "Reminder: Blue Bakery asks you for 25.00 credits",
            "Blue Bakery asks Green Farm to pay 25.00 credits, and still waits for your answer.",
        ),
    ],
)
def test_what_needs_no_answer_is_told_as_done_and_a_reminder_asks(kind, changed, subject, first):
    said = words(kind, **changed)
    assert said.subject == subject
    assert said.paragraphs[0].removesuffix(" It is done already; there is nothing to accept.") == first
    assert said.link == "https://credit.test/transfers/t-1"


@pytest.mark.parametrize("kind", ["transfer_initiated", "transfer_expiring"])
def test_proposal_and_reminder_say_until_when(kind):
    assert "it expires on 22 December 2026, 12:15 UTC" in words(kind).paragraphs[-1]


def test_proposal_from_before_there_was_an_expiry_says_nothing_of_it():
    assert "expires" not in words("transfer_initiated", expires_on="").paragraphs[-1]


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        ("2026-12-02T07:05:00.000000Z", "2 December 2026, 07:05 UTC"),
        ("2026-12-02T00:05:00+02:00", "1 December 2026, 22:05 UTC"),
        ("", ""),
    ],
)
def test_times_are_written_out(instant, said):
    assert in_words(instant, "en") == said


def test_mails_about_another_address_say_what_to_do():
    for kind in ("email_change", "email_change_old"):
        assert words(kind).link == "https://credit.test/email-confirm/once-only"
    assert "It was not me" in words("email_change_old").paragraphs[-1]
    assert all("ann@new.test" in words(kind).paragraphs[0] for kind in ("email_change_old", "email_change_done"))
    assert "once-only" not in str(words("email_change_taken"))
    assert words("api_token_created").link == "https://credit.test/api-tokens"


def test_a_new_device_is_named_with_the_time():
    (first, *_) = words("new_sign_in").paragraphs
    assert first.endswith("not seen before: Firefox on Windows, on 22 December 2026, 12:15 UTC.")
    (unnamed, *_) = words("new_sign_in", device="").paragraphs
    assert unnamed.endswith("not seen before, on 22 December 2026, 12:15 UTC.")


def test_reset_mail_has_the_link():
    assert words("password_reset").link == "https://credit.test/password-reset/once-only"


@settings(deadline=None)  # the first rendering on a busy machine
@for_all(st.text(min_size=1), st.text())
def test_no_name_and_no_reason_becomes_markup_or_a_header(name, reason):
    plain = sent()
    mail = sent(envelope=changed_envelope(name=name), name=name, greeted=name, other=name, reason="x" + reason)
    assert sorted(mail.keys()) == sorted(plain.keys())
    assert len(mail["To"].addresses) == 1
    assert mail["To"].addresses[0].addr_spec == "farm@example.test"
    html = mail.get_body(("html",)).get_content()
    assert tags_of(html) == tags_of(plain.get_body(("html",)).get_content())


def test_the_networks_name_is_below_every_mail_on_one_line_and_escaped():
    stationery = Stationery("https://credit.test", "Loop &\n<b>Co</b>")
    said = stationery.words("welcome", VALUES, "en")
    assert "-- \nLoop & <b>Co</b>\n" in stationery.text(said)
    assert "Loop &amp; &lt;b&gt;Co&lt;/b&gt;<br>" in stationery.html(said)


def test_script_in_a_name_is_text():
    mail = sent(other="<script>alert(1)</script>", name='"><img src=x onerror=y>')
    html = mail.get_body(("html",)).get_content()
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "<script>alert(1)</script>" in mail.get_body(("plain",)).get_content()


def test_line_ends_start_no_header():
    mail = sent(envelope=changed_envelope(name="Farm\r\nBcc: all@x.test"), other="Bakery\r\nBcc: all@x.test")
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    assert "Bcc: all@x.test" in mail["Subject"]


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b\r\nBcc: c@d.test", "a@b.test, c@d.test", "a b@c.test", "<a@b.test>", "@b.test", "a@b.test\n"],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(BadAddress):
        sent(envelope=changed_envelope(address=address))


@pytest.mark.parametrize(("amount", "said"), [(1, "0.01"), (2500, "25.00"), (123456789, "1,234,567.89")])
def test_amounts_have_two_decimals_and_the_unit(amount, said):
    assert in_credits(amount, "en") == f"{said} credits"


@for_all(st.text())
def test_one_line_is_one_line_and_stays_so(text):
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Ada Lane has another part in Green Farm: operator, who may move up to 50.00 credits in one transfer."),
        ({"person": "", "role": "owner"}, "You have another part in Green Farm: owner, who may do everything."),
        ({"view_only": True}, "Ada Lane has another part in Green Farm: operator, who looks and moves nothing."),
    ],
)
def test_a_part_in_a_business_is_said_in_words(changed, said):
    assert said in words("member_changed", **changed).paragraphs


def test_invitations_have_their_links():
    assert words("invitation").link.endswith("/invitations/once-only")
    assert words("staff_invitation").link.endswith("/password-reset/once-only")
    assert "The reason given: no stock" in words("acted_on_behalf").paragraphs


def test_what_one_business_writes_to_another_is_quoted_line_by_line_and_nothing_else():
    body = "Dear all,\r\nBcc: everybody@dev.null\n\n<script>alert(1)</script>\n.\nSubject: you won\x0b\u2028now"
    mail = sent("trade_contact", body=body, sender="Eve\r\nBcc: x@dev.null")
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Eve Bcc: x@dev.null has written to you"
    text = mail.get_body(("plain",)).get_content()
    quoted = [line for line in text.splitlines() if line.startswith("> ")]
    assert quoted == [
        "> Dear all,", "> Bcc: everybody@dev.null", "> <script>alert(1)</script>", "> .", "> Subject: you won", "> now",
    ]  # fmt: skip
    html = mail.get_body(("html",)).get_content()
    assert "&lt;script&gt;" in html
    assert "script" not in [tag for tag, _ in tags_of(html)]
    assert "https://credit.test/contact-reports/once-only" in text


def test_an_answer_goes_to_who_wrote():
    mail = sent("trade_contact", changed_envelope(reply_to="bakery@example.test"))
    assert mail["Reply-To"] == "bakery@example.test"
    assert sent("trade_contact")["Reply-To"] is None
    with pytest.raises(BadAddress):
        sent("trade_contact", changed_envelope(reply_to="bakery@example.test\r\nBcc: x@dev.null"))


def test_a_copy_tells_no_address():
    text = sent("trade_contact_copy").get_body(("plain",)).get_content()
    assert "Old Mill" in text
    assert "bakery@example.test" not in text
