"""Rules without servers: passwords, account numbers, statuses, changes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.directory import (
    CategoriesChanged,
    EntityProfileChanged,
    EntityStatusChanged,
    OffersWantsChanged,
    Profile,
    Status,
    TradingApplicationSubmitted,
)
from services.directory.accounts import check_digit, is_account_number, new_account_number
from services.directory.domain import (
    LISTED,
    STATUSES,
    ApplicationIncomplete,
    Entity,
    EntityChange,
    FieldsInvalid,
    Tag,
    User,
    WrongStatus,
    apply_for_trading,
    change_entity,
    change_user,
    email_identity,
    password_problems,
)
from services.directory.domain.statuses import TABLE

THEN, NOW = "2026-01-01T00:00:00.000000Z", "2026-01-31T00:00:00.000000Z"
statuses = st.sampled_from(STATUSES)


def an_entity(status: Status = "pending", **profile: str) -> Entity:
    return Entity(
        entity_id="e1",
        account="0000000000000000",
        status=status,
        profile=Profile(**({"name": "Greens"} | profile)),
        offers=(Tag("tea", THEN),),
        wants=(Tag("milk", THEN),),
        created_at=THEN,
    )


def a_user(**fields: str) -> User:
    return User(user_id="u1", kind="member", email="a@dev.null", password_hash="", created_at=THEN, **fields)


@pytest.mark.parametrize("password", ["abcdef1!", "pässwörd 1€", "パスワード12-3", "a1!" + "x" * 97])
def test_passwords_with_letter_digit_and_sign_are_taken(password: str) -> None:
    assert password_problems(password) == []


@pytest.mark.parametrize("password", ["abcde1!", "abcdefg!", "12345678!", "abcdefg1", "a1!" + "x" * 98, ""])
def test_other_passwords_are_refused(password: str) -> None:
    assert password_problems(password)


def test_one_good_password_does_not_excuse_the_next() -> None:
    """behaviour.md 6.3, 22: the policy has no memory."""
    assert password_problems("abcdef1!") == []
    assert len(password_problems("")) == 4


@given(st.integers(0, 2**63))
def test_account_numbers_satisfy_luhn(seed: int) -> None:
    number = new_account_number(_digits_of(seed))
    assert len(number) == 16
    assert is_account_number(number)


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 15), st.integers(1, 9))
def test_luhn_finds_every_wrong_digit(digits: str, place: int, by: int) -> None:
    number = digits + check_digit(digits)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert not is_account_number(wrong)


@pytest.mark.parametrize(("digits", "check"), [("7992739871", "3"), ("411111111111111", "1")])
def test_luhn_agrees_with_known_numbers(digits: str, check: str) -> None:
    assert check_digit(digits) == check


@pytest.mark.parametrize("text", ["", "411111111111111", "41111111111111110", "\uff14111111111111111", "abc"])
def test_other_texts_are_no_account_numbers(text: str) -> None:
    assert not is_account_number(text)


@given(st.sampled_from(sorted(TABLE)))
def test_tags_are_new_and_membership_starts_when_they_should(way: tuple[Status, Status]) -> None:
    (before, after), role = way, min(TABLE[way].who)
    entity, events = change_entity(an_entity(before), EntityChange(status=after, reason="so", role=role), NOW)

    assert entity.status == after
    assert [type(event) for event in events] == [EntityStatusChanged]
    newly_listed = after in LISTED and before not in LISTED
    assert entity.offers[0].added_at == (NOW if newly_listed else THEN)
    assert (entity.member_started_at == NOW) == (after == "tradingAccepted")


def test_membership_starts_once_on_the_normal_path_too() -> None:
    """behaviour.md 6.5, 45."""
    entity, _ = change_entity(an_entity("tradingPending"), EntityChange(status="tradingAccepted"), THEN)
    for status in ("accepted", "tradingAccepted"):
        entity, _ = change_entity(entity, EntityChange(status=status, reason="so"), NOW)
    assert entity.member_started_at == THEN


def test_a_profile_change_tells_before_and_after_of_what_differs() -> None:
    change = EntityChange(profile={"name": "Greens", "city": "Hull", "telephone": ""})

    entity, events = change_entity(an_entity(telephone="1"), change, NOW)

    assert events == [
        EntityProfileChanged(entity_id="e1", before={"telephone": "1"}, after={"city": "Hull"}),
    ]
    assert (entity.profile.city, entity.profile.telephone) == ("Hull", "")


def test_tags_that_stay_keep_their_time() -> None:
    entity, events = change_entity(an_entity(), EntityChange(offers=("coffee", "tea")), NOW)

    assert entity.offers == (Tag("coffee", NOW), Tag("tea", THEN))
    assert events == [
        OffersWantsChanged(
            entity_id="e1",
            offers=("coffee", "tea"),
            wants=("milk",),
            offers_added=("coffee",),
            offers_removed=(),
            wants_added=(),
            wants_removed=(),
        )
    ]


def test_categories_are_replaced() -> None:
    entity, events = change_entity(an_entity(), EntityChange(categories=("food",)), NOW)
    assert entity.categories == ("food",)
    assert events == [CategoriesChanged(entity_id="e1", categories=("food",))]
    assert change_entity(entity, EntityChange(categories=("food",)), NOW) == (entity, [])


def test_an_application_moves_an_accepted_member_to_trading_pending() -> None:
    needed = ("inc_type", "description", "address", "city", "region", "postal_code", "country")
    entity = an_entity("accepted", **dict.fromkeys(needed, "x"))
    user = a_user(first_name="A", last_name="B", telephone="1")

    changed, events = apply_for_trading(entity, user, NOW)

    assert changed.status == "tradingPending"
    assert [type(event) for event in events] == [TradingApplicationSubmitted, EntityStatusChanged]
    with pytest.raises(ApplicationIncomplete) as refused:
        apply_for_trading(replace(entity, profile=replace(entity.profile, city="")), user, NOW)
    assert list(refused.value.errors) == ["city"]


@given(statuses.filter(lambda status: status not in ("accepted", "tradingRejected")))
def test_nobody_else_applies(status: Status) -> None:
    """behaviour.md P8: the alpha let anybody."""
    with pytest.raises(WrongStatus):
        apply_for_trading(an_entity(status), a_user(), NOW)


def test_a_trading_member_cannot_clear_what_it_must_say() -> None:
    entity = an_entity("tradingAccepted", city="Hull")
    with pytest.raises(FieldsInvalid):
        change_entity(entity, EntityChange(profile={"city": ""}), NOW)
    assert change_entity(an_entity("accepted", city="Hull"), EntityChange(profile={"city": ""}), NOW)[1]


def test_a_user_that_stays_the_same_is_no_event() -> None:
    user = a_user(first_name="A")
    assert change_user(user, {"first_name": "A"}) == (user, [])


@pytest.mark.parametrize("typed", ["A@Dev.Null", " a@dev.null ", "a@DEV.null"])
def test_an_address_has_one_form(typed: str) -> None:
    assert email_identity(typed) == "a@dev.null"


def _digits_of(seed: int) -> Callable[[int], int]:
    digits = iter(str(seed).zfill(19))
    return lambda below: int(next(digits)) % below
