"""The table: which event becomes which message to whom; and when a message is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from events import directory, ledger
from services.notifier.domain import Known, Message, RetryPolicy, UnknownTransfer
from services.notifier.handlers import Policy, effects_of
from services.notifier.knowledge import transfer_of
from services.notifier.rules import KINDS, messages_for
from services.notifier.saying import MAY_BE_COVERED
from tests.eventlog import EventLog
from tests.notifier import given

DAY = timedelta(days=1)
ENTITY = given.an_entity()
PAY = given.a_transfer("1", "2")
REQUEST = given.a_transfer("1", "2", direction="request")
UNENDING = given.a_transfer("1", "2", expires_at=None)
COVERED = given.a_transfer("1", "2", direction="request", expires_at=None)
BY_ADMIN = given.an_admin_transfer(("1", -300), ("2", 100), ("3", 200))
WITH_FEES = given.a_transfer(
    "1",
    "2",
    legs=[ledger.Leg(account=account, amount=amount) for account, amount in (("1", -2510), ("2", 2475), ("9", 35))],
)
GIVEN_BACK = given.an_admin_transfer(("2", -2500), ("1", 2500), kind="reversal", initiator="2", reverses="?")
FEES_GIVEN_BACK = given.an_admin_transfer(
    ("1", 2510), ("2", -2475), ("9", -35), kind="reversal", reverses=WITH_FEES.transfer_id
)
ALL_GIVEN_BACK = given.an_admin_transfer(
    ("1", 300), ("2", -100), ("3", -200), kind="reversal", reverses=BY_ADMIN.transfer_id
)
KNOWN = (PAY, REQUEST, UNENDING, COVERED, BY_ADMIN, WITH_FEES, GIVEN_BACK, FEES_GIVEN_BACK, ALL_GIVEN_BACK)
TO_ENTITY = {f"entity:{ENTITY.entity_id}"}
BOTH = {"account:1", "account:2"}


def asked(event, **how) -> list[Message]:
    """The mails."""
    return [message for message in told(event, **how) if message.channel == "mail"]


def told(event, *, admins=("a", "b"), signup_notifications=False, age=timedelta(0)) -> list[Message]:
    now = datetime.now(UTC)
    record = EventLog("t", "k").tell(event, at=now - age)
    transfers = {each.transfer_id: transfer_of(each) for each in KNOWN}
    known = Known(transfers=transfers, admins=admins, signup_notifications=signup_notifications)
    return messages_for(record.envelope, event, known, now=now, max_age=2 * DAY)


def application() -> directory.TradingApplicationSubmitted:
    return directory.TradingApplicationSubmitted(entity_id=ENTITY.entity_id, user_id="u")


def one_time(expires_at: str = "2999-01-01T00:00:00.000000Z", kind: str = "password-reset") -> directory.OneTimeMessage:
    return directory.OneTimeMessage(message_id="m", kind=kind, user_id="u", ciphertext="sealed", expires_at=expires_at)


@pytest.mark.parametrize(
    ("event", "kind", "recipients"),
    [
        (ENTITY, "welcome", TO_ENTITY),
        (given.status_changed(ENTITY, "accepted"), "status_accepted", TO_ENTITY),
        (given.status_changed(ENTITY, "rejected"), "status_rejected", TO_ENTITY),
        (given.status_changed(ENTITY, "pending", previous="rejected"), "status_pending", TO_ENTITY),
        (given.status_changed(ENTITY, "tradingPending"), "trading_pending", TO_ENTITY),
        (given.status_changed(ENTITY, "tradingAccepted"), "trading_accepted", TO_ENTITY),
        (given.status_changed(ENTITY, "tradingRejected"), "trading_rejected", TO_ENTITY),
        (directory.EntityClosed(entity_id=ENTITY.entity_id, account="1"), "account_closed", TO_ENTITY),
        (application(), "trading_application", {"user:a", "user:b"}),
        (one_time(), "password_reset", {"user:u"}),
        (one_time(kind="import-invitation"), "import_invitation", {"user:u"}),
        (one_time(kind="email-change"), "email_change", {"user:u"}),
        (one_time(kind="email-change-old"), "email_change_old", {"user:u"}),
        (one_time(kind="email-change-taken"), "email_change_taken", {"user:u"}),
        (one_time(kind="email-changed"), "email_change_done", {"user:u"}),
        (directory.SecurityNotice(user_id="u", what="email-changed"), "email_changed", {"user:u"}),
        (directory.SecurityNotice(user_id="u", what="api-token-created"), "api_token_created", {"user:u"}),
        (directory.SecurityNotice(user_id="u", what="password-changed"), "password_changed", {"user:u"}),
        (directory.SecurityNotice(user_id="u", what="locked"), "locked", {"user:u"}),
        (directory.SecurityNotice(user_id="u", what="new-sign-in"), "new_sign_in", {"user:u"}),
        (directory.SecurityNotice(user_id="u", what="two-factor-on"), "two_factor_on", {"user:u"}),
        (directory.SecurityNotice(user_id="u", what="two-factor-off"), "two_factor_off", {"user:u"}),
        (directory.SecurityNotice(user_id="u", what="two-factor-reset"), "two_factor_reset", {"user:u"}),
        (directory.SecurityNotice(user_id="u", what="recovery-code-used"), "recovery_code_used", {"user:u"}),
        (PAY, "transfer_initiated", {"account:2"}),
        (REQUEST, "transfer_initiated", {"account:2"}),
        (given.cancelled(PAY, "rejected"), "transfer_rejected", BOTH),
        (given.cancelled(REQUEST, "cancelled"), "transfer_cancelled", BOTH),
        (given.cancelled(PAY, "system"), "transfer_cancelled_by_system", BOTH),
        (given.cancelled(PAY, "expired"), "transfer_cancelled_by_system", BOTH),
        (WITH_FEES, "transfer_initiated", {"account:2"}),
        (given.cancelled(WITH_FEES, "expired"), "transfer_cancelled_by_system", BOTH),
        (given.expiring(PAY), "transfer_expiring", {"account:2"}),
        (given.expiring(REQUEST), "transfer_expiring", {"account:2"}),
        (given.by_consent(COVERED), "transfer_by_consent", {"account:2"}),
        (BY_ADMIN, "transfer_by_admin", {*BOTH, "account:3"}),
        (GIVEN_BACK, "transfer_reversed", BOTH),
        (FEES_GIVEN_BACK, "transfer_reversed", BOTH),
        (ALL_GIVEN_BACK, "transfer_reversed", {*BOTH, "account:3"}),
        (given.limits_changed("1"), "limits_changed", {"account:1"}),
    ],
)
def test_event_becomes_one_kind_of_message_to_whom_it_concerns(event, kind, recipients):
    messages = asked(event)
    assert {message.kind for message in messages} == {kind}
    assert sorted(message.recipient for message in messages) == sorted(recipients)
    assert {message.state for message in messages} == {"queued"}


@pytest.mark.parametrize("transfer", [PAY, REQUEST, WITH_FEES])
def test_an_acceptance_is_told_to_who_proposed_and_receipted_to_who_accepted(transfer):
    pairs = {(message.kind, message.recipient) for message in asked(given.completed(transfer))}
    assert pairs == {("transfer_accepted", "account:1"), ("transfer_receipt", "account:2")}


@pytest.mark.parametrize(("amount", "excess"), [(2501, 1), (2499, -1), (2**53 + 1, 2**53 - 2499)])
def test_entries_that_do_not_sum_to_zero_are_told_to_every_administrator(amount, excess):
    entries = [ledger.Entry(account="1", amount=-2500, balance=0), ledger.Entry(account="2", amount=amount, balance=0)]
    alarms = [each for each in asked(given.completed(PAY, entries=entries)) if each.kind == "non_zero_sum"]
    assert [each.recipient for each in alarms] == ["user:a", "user:b"]
    assert {"transfer": PAY.transfer_id, "position": 1, "excess": excess} == alarms[0].facts


@pytest.mark.parametrize(
    "event",
    [
        given.completed(BY_ADMIN, accepted_by=None),
        given.completed(GIVEN_BACK, accepted_by=None),
        given.cancelled(BY_ADMIN, "cancelled"),
        ledger.AccountStandingChanged(account="1", standing="closed", previous="frozen", reason="zero now"),
        ledger.AccountConsentChanged(account="1", rules=[]),
        ledger.FeeRulesChanged(rules=[], reason="none"),
        given.completed(PAY, accepted_by=None),
        given.a_user(),
        directory.PasswordResetRequested(user_id="u"),
    ],
)
def test_other_events_are_nobodys_mail(event):
    assert asked(event) == []


def test_sign_ups_are_told_to_administrators_when_the_setting_says_so():
    messages = asked(ENTITY, signup_notifications=True)
    assert {(m.kind, m.recipient) for m in messages} == {
        ("welcome", f"entity:{ENTITY.entity_id}"),
        ("signup_notification", "user:a"),
        ("signup_notification", "user:b"),
    }


def test_message_holds_ids_and_amounts_and_no_personal_data():
    for event in (ENTITY, PAY, given.completed(PAY), given.limits_changed("1")):
        for message in asked(event):
            assert not {"Green Farm", ENTITY.profile.email} & set(map(str, message.facts.values()))
    (message,) = asked(PAY)
    assert message.facts == {
        "transfer_id": PAY.transfer_id,
        "initiator": "1",
        "payer": "1",
        "payee": "2",
        "amount": 2500,
        "expires_at": given.NEVER,
    }


def test_fees_do_not_change_what_a_mail_says_was_agreed():
    for event in (WITH_FEES, given.completed(WITH_FEES), given.cancelled(WITH_FEES, "expired")):
        assert {message.facts["amount"] for message in asked(event)} == {2500}


def test_those_who_take_part_are_told_what_moved_on_their_account():
    (moved,) = {str(message.facts["moved"]) for message in asked(BY_ADMIN)}
    assert moved == str({"1": -300, "2": 100, "3": 200})
    assert asked(FEES_GIVEN_BACK)[0].facts["moved"] == {"1": 2510, "2": -2475}
    assert {message.once["reason"] for message in asked(BY_ADMIN)} == {"as agreed"}


def test_only_a_proposal_that_says_when_it_expires_is_mailed_about_at_once():
    now = datetime.now(UTC)
    ((at_once,), (held,)) = asked(PAY), asked(UNENDING)
    assert at_once.due_at - now < timedelta(seconds=10)
    assert held.due_at - now >= MAY_BE_COVERED


def test_proposal_and_reminder_are_not_mailed_once_it_has_expired():
    ended = given.a_transfer("1", "2", transfer_id=PAY.transfer_id, expires_at="2020-01-01T00:00:00.000000Z")
    assert [message.state for message in (*asked(ended), *asked(given.expiring(ended)))] == ["expired", "expired"]
    (reminder,) = asked(given.expiring(PAY))
    assert reminder.expires_at == datetime.fromisoformat(given.NEVER)


@pytest.mark.parametrize("event", [ENTITY, PAY, given.completed(PAY), given.limits_changed("1"), application()])
def test_what_is_mailed_to_members_and_administrators_is_shown_to_them_too(event):
    mails, notices = ([m for m in told(event) if m.channel == channel] for channel in ("mail", "notice"))
    assert [(m.kind, m.recipient, m.facts) for m in notices] == [(m.kind, m.recipient, m.facts) for m in mails]
    assert {message.state for message in notices} == {"sent"}
    assert not {message.message_id for message in notices} & {message.message_id for message in mails}


@pytest.mark.parametrize(
    "event", [one_time(), one_time(kind="invitation"), directory.EntityClosed(entity_id="e", account="1")]
)
def test_links_that_work_once_and_farewells_are_mailed_alone(event):
    assert [message.channel for message in told(event)] == ["mail"]


def test_a_notice_holds_nothing_that_somebody_wrote():
    notices = [m for m in told(given.cancelled(PAY, "rejected", reason="no stock")) if m.channel == "notice"]
    assert [message.once for message in notices] == [{}, {}]


def test_of_what_is_old_there_is_no_notice():
    assert {message.channel for message in told(given.cancelled(PAY, "rejected"), age=3 * DAY)} == {"mail"}


def test_reason_travels_apart_from_the_facts():
    messages = asked(given.cancelled(PAY, "rejected", reason="no stock"))
    assert [message.once for message in messages] == [{"reason": "no stock"}] * 2
    assert all("no stock" not in str(message.facts) for message in messages)


def test_old_event_makes_expired_messages_that_hold_nothing_to_delete():
    (message,) = asked(given.cancelled(PAY, "rejected", reason="x"), age=3 * DAY)[:1]
    assert (message.state, message.once) == ("expired", {})
    assert asked(PAY, age=DAY)[0].state == "queued"


def test_one_time_message_past_its_end_is_expired():
    (message,) = asked(one_time("2020-01-01T00:00:00.000000Z"))
    assert (message.state, message.once) == ("expired", {})


def test_ending_of_an_unknown_transfer_is_refused():
    with pytest.raises(UnknownTransfer):
        asked(given.completed(given.a_transfer("1", "2")))


def test_message_id_depends_on_event_recipient_kind_and_channel_alone():
    first, second = asked(given.cancelled(PAY, "rejected"))
    assert first.message_id != second.message_id
    log = EventLog("t", "k")
    record = log.tell(PAY)
    known = Known(transfers={PAY.transfer_id: transfer_of(PAY)})
    made = [
        messages_for(record.envelope, PAY, known, now=datetime.now(UTC) + later, max_age=DAY)[0].message_id
        for later in (timedelta(0), timedelta(hours=5))
    ]
    assert made[0] == made[1]


def test_events_of_one_run_see_those_before_them():
    log = EventLog("t", "k")
    admin = given.a_user("admin")
    for event in (admin, PAY, given.completed(PAY), application()):
        log.tell(event)
    run = [
        (record.envelope, event)
        for record, event in zip(log.records, (admin, PAY, given.completed(PAY), application()), strict=True)
    ]
    policy = Policy(max_age=DAY, signup_notifications=False)
    effects = effects_of(run, given.NothingStored(), policy, now=datetime.now(UTC))
    assert [(m.kind, m.recipient) for m in effects.messages] == [
        ("transfer_initiated", "account:2"),
        ("transfer_accepted", "account:1"),
        ("transfer_receipt", "account:2"),
        ("trading_application", f"user:{admin.user_id}"),
    ]


def effects(*events):
    log = EventLog("ledger.events", "main")
    run = [(log.tell(event).envelope, event) for event in events]
    return effects_of(
        run, given.NothingStored(), Policy(max_age=DAY, signup_notifications=False), now=datetime.now(UTC)
    )


def test_nobody_is_asked_to_accept_what_a_consent_covers():
    made = effects(COVERED, given.by_consent(COVERED))
    assert [(m.kind, m.recipient) for m in made.messages] == [("transfer_by_consent", "account:2")]
    assert made.covered == {COVERED.transfer_id}


def test_acceptance_withdraws_nothing():
    made = effects(UNENDING, given.completed(UNENDING))
    assert [m.kind for m in made.messages] == ["transfer_initiated", "transfer_accepted", "transfer_receipt"]
    assert not made.covered


POLICY = RetryPolicy(first=timedelta(seconds=30), max_tries=10)


def test_waits_double_and_end():
    waits = [POLICY.after(tries, "temporary", spread=1) for tries in range(1, 11)]
    assert waits[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert waits[-1] is None


def test_a_no_for_good_is_tried_three_times_and_an_unknown_address_soon():
    assert [POLICY.after(tries, "refused", spread=1) is None for tries in (1, 2, 3)] == [False, False, True]
    assert POLICY.after(1, "unresolved", spread=1) == timedelta(milliseconds=500)


@for_all(
    st.integers(min_value=1, max_value=10_000),
    st.integers(min_value=1, max_value=10_000),
    st.sampled_from(["temporary", "refused", "unresolved"]),
    st.floats(min_value=0, max_value=1),
)
def test_a_wait_is_between_half_of_its_step_and_all_of_it_and_all_end(tries, max_tries, failure, spread):
    policy = RetryPolicy(first=timedelta(seconds=30), max_tries=max_tries)
    wait, step = (policy.after(tries, failure, spread=each) for each in (spread, 1))
    assert (wait is None) == (step is None)
    if wait is not None and step is not None:
        assert step / 2 <= wait <= step <= policy.longest
    assert policy.after(10_001, failure, spread=spread) is None


def test_kinds_are_named_once():
    assert len(KINDS) == len(set(KINDS))
