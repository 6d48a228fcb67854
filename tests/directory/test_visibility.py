"""A business decides who sees which field; whoever reads gets no more, by whatever way."""

import pytest

from services.directory.domain.visibility import AUDIENCES, DEFAULTS
from services.directory.indexing import indexed
from services.directory.store import EntityIndex, Store
from tests.directory.gateway import ADMIN, PUBLIC, Gateway, Member

VALUES = {
    "email": "own@dev.null",
    "telephone": "01482 000000",
    "website": "https://own.example",
    "description": "Fine pears",
    "address": "1 High Street",
    "postal_code": "HU1 1AA",
    "company_number": "12345678",
    "declared_turnover": 1234,
}


def follow(store: Store, index: EntityIndex) -> None:
    """The index as it is when the consumer has read all news."""
    index.put(list(indexed(store.entities.every())))


def listed(gateway: Gateway, **fields: object) -> Member:
    member = gateway.sign_up(**{"offers": ["pears"], **VALUES, **fields})
    # `address` of a sign-up is the network's.
    gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted", "address": VALUES["address"]}, ADMIN)
    return member


def seen(view: dict) -> set[str]:
    return {name for name, value in VALUES.items() if view.get(name) == value}


def views(gateway: Gateway, member: Member, caller: object) -> list[dict]:
    """The business as one caller gets it, in every way there is."""
    by_search = gateway.get("/search", caller, offers="pears")[1]["entities"]
    by_ids = gateway.get("/entities", caller, ids=member.entity_id)[1]["entities"]
    by_accounts = gateway.get("/entities", caller, accounts=member.account)[1]["entities"]
    newest = gateway.get("/entities", caller, page_size=100)[1]["entities"]
    found = [*by_search, *by_ids, *by_accounts, *newest]
    mine = [view for view in found if view["entity_id"] == member.entity_id]
    assert len(mine) == 4
    return [gateway.get(f"/entities/{member.entity_id}", caller)[1], *mine]


def test_by_default_contact_is_public_and_what_is_private_is_not(
    gateway: Gateway, store: Store, prepared_index: EntityIndex
):
    member, other = listed(gateway), gateway.sign_up()
    follow(store, prepared_index)
    public = {name for name, audience in DEFAULTS.items() if audience == "everyone"}
    members = public | {name for name, audience in DEFAULTS.items() if audience == "members"}
    assert (len(public), len(members)) == (3, 6)
    for caller, expected in (
        (PUBLIC, public),
        (other.caller, members),
        (member.caller, set(VALUES)),
        (ADMIN, set(VALUES)),
    ):
        for view in views(gateway, member, caller):
            assert seen(view) == expected


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_choice_holds_for_every_field_and_every_way(
    audience: str, gateway: Gateway, store: Store, prepared_index: EntityIndex
):
    member, other = listed(gateway), gateway.sign_up()
    chosen = dict.fromkeys(VALUES, audience)
    status, changed = gateway.patch(f"/entities/{member.entity_id}", {"visibility": chosen}, member.caller)
    assert (status, changed["visibility"]) == (200, chosen)
    follow(store, prepared_index)
    for view in views(gateway, member, PUBLIC):
        assert seen(view) == (set(VALUES) if audience == "everyone" else set())
    for view in views(gateway, member, other.caller):
        assert seen(view) == (set() if audience == "nobody" else set(VALUES))
        assert "visibility" not in view
    for view in views(gateway, member, ADMIN):
        assert seen(view) == set(VALUES)


def test_fields_without_a_choice_and_unknown_audiences_are_refused(gateway: Gateway):
    member = gateway.sign_up()
    for wrong in ({"name": "nobody"}, {"email": "friends"}, {"email": None}):
        status, problem = gateway.patch(f"/entities/{member.entity_id}", {"visibility": wrong}, member.caller)
        assert (status, problem["type"]) == (400, "request.invalid")


def test_a_choice_at_sign_up_counts(gateway: Gateway):
    member = gateway.sign_up(visibility={"telephone": "nobody"})
    assert gateway.get(f"/entities/{member.entity_id}", member.caller)[1]["visibility"] == {
        **DEFAULTS,
        "telephone": "nobody",
    }


def test_who_acts_for_a_trading_member_keeps_name_and_telephone(gateway: Gateway):
    member = gateway.sign_up()
    given = {"first_name": "Ada", "last_name": "L", "telephone": "1"}
    gateway.patch(f"/users/{member.user_id}", given, member.caller)
    assert gateway.patch(f"/users/{member.user_id}", {"telephone": ""}, member.caller)[0] == 200
    gateway.patch(f"/users/{member.user_id}", given, member.caller)
    gateway.patch(f"/entities/{member.entity_id}", {"status": "tradingAccepted", "reason": "x"}, ADMIN)
    status, problem = gateway.patch(f"/users/{member.user_id}", dict.fromkeys(given, ""), member.caller)
    assert (status, set(problem["errors"])) == (400, set(given))
    assert gateway.patch(f"/users/{member.user_id}", {"first_name": "Eve"}, member.caller)[0] == 200
