"""A change of the mail address: both confirm, either stops it, nobody learns who has an address."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from events.directory import SecurityNotice, UserProfileChanged
from services.directory.domain import EmailLinkInvalid
from services.directory.handlers import email_change
from services.directory.handlers.writing import By, Directory
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, PASSWORD, SERVICE, Gateway, Member, a_login, an_email
from tests.directory.one_time import events_of, one_time_mails
from tests.directory.test_staff import an_admin

pytestmark = pytest.mark.integration

BY = By(actor="system:visitor", correlation_id="test")


@pytest.fixture(autouse=True)
def today(time: Time) -> None:
    """MongoDB deletes by its own clock what has run out: a test in the past would lose its documents."""
    time.moment = datetime.now(UTC)


def ask(gateway: Gateway, member: Member, email: str) -> tuple[int, dict]:
    """Ask for another address, with the session of the sign-up, which counts as verified."""
    return gateway.post(f"/users/{member.user_id}/email-change", {"email": email}, member.caller)


def links(store: Store) -> dict[str, str]:
    """Kind to token, of the newest mails."""
    return {kind: content.get("token", "") for kind, content in one_time_mails(store)}


def use(gateway: Gateway, token: str) -> tuple[int, dict]:
    return gateway.post(f"/email-confirmations/{token}", {})


def email_of(gateway: Gateway, member: Member) -> str:
    return gateway.get(f"/users/{member.user_id}", ADMIN)[1]["email"]


@pytest.mark.parametrize("first", ["email-change", "email-change-old"])
def test_the_address_changes_when_both_have_confirmed(gateway: Gateway, store: Store, first: str) -> None:
    member, new = gateway.sign_up(), an_email()
    status, view = ask(gateway, member, new.upper())
    assert (status, view["new_email"], view["waits_for"]) == (200, new, ["old", "new"])
    mails = one_time_mails(store)
    assert [(kind, content["address"]) for kind, content in mails] == [
        ("email-change-old", member.email),
        ("email-change", new),
    ]
    tokens = links(store)
    (second,) = tokens.keys() - {first}
    status, state = use(gateway, tokens[first])
    assert (status, state["state"], len(state["waits_for"])) == (200, "waiting", 1)
    assert email_of(gateway, member) == member.email
    assert use(gateway, tokens[second]) == (200, {"state": "changed", "waits_for": []})
    assert email_of(gateway, member) == new
    assert gateway.post("/sessions", a_login(new))[0] == 200
    assert gateway.post("/sessions", a_login(member.email, address="198.51.100.1"))[0] == 401
    changed, notice = events_of(store)[-2:]
    assert changed == UserProfileChanged(user_id=member.user_id, email=new, first_name="", last_name="")
    assert notice == SecurityNotice(user_id=member.user_id, what="email-changed")
    assert one_time_mails(store)[-1] == ("email-changed", {"address": member.email, "new_address": new})


def test_the_session_that_asked_goes_on_and_others_end(gateway: Gateway, store: Store) -> None:
    member = gateway.sign_up()
    other = gateway.post("/sessions", a_login(member))[1]["session_id"]
    gateway.post("/password-resets", {"email": member.email, "kind": "member"})
    reset = links(store)["password-reset"]
    ask(gateway, member, an_email())
    tokens = links(store)
    use(gateway, tokens["email-change"])
    assert gateway.get(f"/sessions/{other}", SERVICE)[0] == 200
    use(gateway, tokens["email-change-old"])
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 200
    assert gateway.get(f"/sessions/{other}", SERVICE)[0] == 404
    assert gateway.get(f"/password-resets/{reset}")[0] == 404, "a link that was mailed to the former address"


def test_looking_at_a_link_uses_nothing_up(gateway: Gateway, store: Store) -> None:
    member, new = gateway.sign_up(), an_email()
    ask(gateway, member, new)
    tokens = links(store)
    for _ in range(3):
        assert gateway.get(f"/email-confirmations/{tokens['email-change']}")[1] == {"side": "new", "new_email": new}
    assert gateway.get(f"/email-confirmations/{tokens['email-change-old']}")[1]["side"] == "old"
    assert use(gateway, tokens["email-change"])[0] == 200
    status, problem = use(gateway, tokens["email-change"])
    assert (status, problem["type"]) == (404, "email_change.invalid")
    assert gateway.get(f"/email-confirmations/{tokens['email-change']}")[0] == 404


def test_it_was_not_me_ends_the_request_sessions_and_tokens(gateway: Gateway, store: Store) -> None:
    member = gateway.sign_up()
    token = {"name": "books", "scopes": ["read"]}
    assert gateway.post(f"/users/{member.user_id}/api-tokens", token, member.caller)[0] == 200
    ask(gateway, member, an_email())
    tokens = links(store)
    assert gateway.post(f"/email-confirmations/{tokens['email-change']}/stop", {})[0] == 404, "not by the new one"
    assert gateway.post(f"/email-confirmations/{tokens['email-change-old']}/stop", {}) == (200, {})
    assert use(gateway, tokens["email-change"])[0] == use(gateway, tokens["email-change-old"])[0] == 404
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 404
    assert gateway.get(f"/users/{member.user_id}/api-tokens", member.caller)[1]["api_tokens"] == []
    assert email_of(gateway, member) == member.email


def test_an_address_of_somebody_else_gets_the_same_answer_and_no_link(gateway: Gateway, store: Store) -> None:
    member, somebody = gateway.sign_up(), gateway.sign_up()
    _, free = ask(gateway, member, an_email())
    status, taken = ask(gateway, member, somebody.email)
    varying = {"new_email": "", "asked_at": "", "expires_at": ""}
    assert (status, taken | varying) == (200, free | varying)
    mails = one_time_mails(store)[-2:]
    assert [kind for kind, _ in mails] == ["email-change-old", "email-change-taken"]
    assert mails[1][1] == {"address": somebody.email}
    assert use(gateway, mails[0][1]["token"])[1]["state"] == "waiting"
    assert email_of(gateway, member) == member.email


def test_the_index_decides_when_somebody_else_was_faster(gateway: Gateway, store: Store) -> None:
    member, new = gateway.sign_up(), an_email()
    ask(gateway, member, new)
    tokens = links(store)
    gateway.sign_up(email=new)
    assert use(gateway, tokens["email-change-old"])[0] == 200
    status, problem = use(gateway, tokens["email-change"])
    assert (status, problem["type"]) == (409, "user.email_taken")
    assert email_of(gateway, member) == member.email


def test_a_newer_request_replaces_an_older_one_and_both_end(gateway: Gateway, store: Store, time: Time) -> None:
    member = gateway.sign_up()
    ask(gateway, member, an_email())
    older = links(store)
    ask(gateway, member, an_email())
    newer = links(store)
    assert use(gateway, older["email-change"])[0] == use(gateway, older["email-change-old"])[0] == 404
    assert use(gateway, newer["email-change"])[0] == 200
    time.pass_by(minutes=60)
    assert use(gateway, newer["email-change-old"])[0] == 404
    path = f"/users/{member.user_id}/email-change"
    assert gateway.get(path, member.caller)[1]["type"] == "email_change.none"
    assert gateway.post(f"/sessions/{member.session_id}/verification", {"password": PASSWORD}, member.caller)[0] == 200
    ask(gateway, member, an_email())
    assert gateway.get(path, member.caller)[1]["waits_for"] == ["old", "new"]
    assert gateway.delete(path, member.caller)[0] == 200
    assert use(gateway, links(store)["email-change"])[0] == 404


def test_a_borrowed_session_can_neither_flood_nor_go_without_the_password(gateway: Gateway, time: Time) -> None:
    member = gateway.sign_up()
    assert ask(gateway, member, member.email)[1]["errors"].keys() == {"email"}
    for _ in range(4):
        assert ask(gateway, member, an_email())[0] == 200
    assert ask(gateway, member, an_email())[1]["type"] == "email_change.too_often"
    time.pass_by(minutes=11)
    assert ask(gateway, member, an_email())[1]["type"] == "auth.step_up_needed"


def test_only_oneself_asks(gateway: Gateway) -> None:
    member, other = gateway.sign_up(), gateway.sign_up()
    for caller in (other.caller, ADMIN):
        assert gateway.post(f"/users/{member.user_id}/email-change", {"email": an_email()}, caller)[0] == 404


@pytest.mark.parametrize("kind", ["email-change", "email-change-old"])
def test_of_parallel_uses_of_a_link_one_wins(gateway: Gateway, directory: Directory, store: Store, kind: str) -> None:
    member = gateway.sign_up()
    ask(gateway, member, an_email())
    token = links(store)[kind]

    def confirm(_: int) -> bool:
        try:
            email_change.confirm(directory, BY, token)
        except EmailLinkInvalid:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(confirm, range(8))) == 1


def test_both_confirming_at_the_same_moment_changes_it_once(
    gateway: Gateway, directory: Directory, store: Store
) -> None:
    member, new = gateway.sign_up(), an_email()
    ask(gateway, member, new)
    tokens = [token for token in links(store).values() if token]
    with ThreadPoolExecutor(2) as threads:
        states = list(threads.map(lambda token: email_change.confirm(directory, BY, token).document["state"], tokens))
    assert sorted(states) == ["changed", "waiting"]
    assert email_of(gateway, member) == new
    assert sum(isinstance(event, UserProfileChanged) for event in events_of(store)) == 1


def test_an_administrators_change_is_told_to_both_addresses(
    gateway: Gateway, directory: Directory, store: Store
) -> None:
    member, new, root = gateway.sign_up(), an_email(), an_admin(gateway, directory)
    ask(gateway, member, an_email())
    waiting = links(store)
    assert gateway.patch(f"/users/{member.user_id}", {"email": new}, root)[0] == 200
    assert one_time_mails(store)[-1] == ("email-changed", {"address": member.email, "new_address": new})
    assert events_of(store)[-1] == SecurityNotice(user_id=member.user_id, what="email-changed")
    assert use(gateway, waiting["email-change"])[0] == 404
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 404


def test_no_link_is_stored_and_what_is_kept_can_be_told_and_forgotten(gateway: Gateway, store: Store) -> None:
    member, new = gateway.sign_up(), an_email()
    ask(gateway, member, new)
    everything = str([list(store.database[name].find()) for name in store.database.list_collection_names()])
    assert not any(token in everything for token in links(store).values())
    (about,) = store.email_changes.about(f"user/{member.user_id}")
    assert (about["old_email"], about["new_email"]) == (member.email, new)
    for _ in range(2):
        store.email_changes.forget(f"user/{member.user_id}")
    assert store.email_changes.about(f"user/{member.user_id}") == []
