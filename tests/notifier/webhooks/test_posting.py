"""Requests to real receivers on loopback: bounded in time and size, to the address that was checked."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notifier.webhooks.posting import MAX_KEPT, Poster
from tests.notifier.webhooks.receiver import Receiver, at, client_tls, server_tls

SHORT = 0.5


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Receiver]:
    made = Receiver(server_tls(tmp_path))
    yield made
    made.close()


def test_a_body_arrives_with_its_headers(receiver: Receiver):
    answer = Poster(private=True).post(f"{receiver.url}?a=b", {"MCCS-Webhook-Id": "w"}, b"\x00body" * 20_000)
    assert (answer.status, answer.excerpt, answer.error, answer.good) == (200, "thanks", "", True)
    [got] = receiver.got
    assert (got.path, got.headers["MCCS-Webhook-Id"], got.body) == ("/hook?a=b", "w", b"\x00body" * 20_000)
    assert got.headers["Host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int):
    inner = Receiver()
    receiver.status, receiver.headers = status, {"Location": inner.url}
    answer = Poster(private=True).post(receiver.url, {}, b"x")
    inner.close()
    assert (answer.status, answer.good, len(inner.got)) == (status, False, 0)


def test_loopback_is_refused_without_the_setting(receiver: Receiver):
    answer = Poster(resolve=at("127.0.0.1")).post(f"https://hook.test:{receiver.port}/", {}, b"x")
    assert (answer.status, answer.error) == (None, "forbidden_address")
    assert receiver.got == []


def test_a_name_that_leads_elsewhere_the_second_time_is_refused(receiver: Receiver):
    """DNS rebinding: checked when it was made, and again at each delivery."""
    poster = Poster(resolve=at("8.8.8.8", "127.0.0.1"))
    poster.check(f"https://hook.test:{receiver.port}/")
    answer = poster.post(f"https://hook.test:{receiver.port}/", {}, b"x")
    assert (answer.error, receiver.got) == ("forbidden_address", [])


def test_the_checked_address_is_used_and_the_name_not_asked_for_again(secure: Receiver):
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.1"]

    poster = Poster(private=True, resolve=resolve, tls=client_tls())
    answer = poster.post(f"https://hook.test:{secure.port}/", {}, b"x")
    assert (answer.status, asked) == (200, ["hook.test"])


def test_a_certificate_must_be_of_the_name(secure: Receiver):
    poster = Poster(private=True, resolve=at("127.0.0.1"), tls=client_tls())
    assert poster.post(f"https://hook.test:{secure.port}/", {}, b"x").good
    other = poster.post(f"https://other.test:{secure.port}/", {}, b"x")
    unknown = Poster(private=True, resolve=at("127.0.0.1")).post(f"https://hook.test:{secure.port}/", {}, b"x")
    assert (other.error, unknown.error) == ("certificate", "certificate")
    assert len(secure.got) == 1


def test_no_tls_where_tls_is_spoken(receiver: Receiver):
    poster = Poster(private=True, resolve=at("127.0.0.1"), seconds=SHORT)
    assert poster.post(f"https://hook.test:{receiver.port}/", {}, b"x").error in ("tls", "timeout")


def test_a_huge_answer_is_cut(receiver: Receiver):
    receiver.body = b"a" * 5_000_000
    answer = Poster(private=True).post(receiver.url, {}, b"x")
    assert (answer.status, len(answer.excerpt)) == (200, MAX_KEPT)


def test_an_endless_answer_is_cut_at_the_deadline(receiver: Receiver):
    gone = threading.Event()

    def drip(out) -> None:
        out.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not gone.wait(0.02):
            out.write(b"z")

    receiver.write = drip
    answer = Poster(private=True, seconds=SHORT).post(receiver.url, {}, b"x")
    gone.set()
    assert answer.status == 200
    assert answer.excerpt.endswith("[cut]")


def test_headers_that_drip_for_ever_are_a_failure(receiver: Receiver):
    gone = threading.Event()

    def drip(out) -> None:
        out.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not gone.wait(0.02):
            out.write(b"z")

    receiver.write = drip
    answer = Poster(private=True, seconds=SHORT).post(receiver.url, {}, b"x")
    gone.set()
    assert (answer.status, answer.error) == (None, "timeout")


def test_silence_is_a_failure(receiver: Receiver):
    gone = threading.Event()
    receiver.before = gone.wait
    answer = Poster(private=True, seconds=SHORT).post(receiver.url, {}, b"x")
    gone.set()
    assert (answer.status, answer.error) == (None, "timeout")


@pytest.mark.parametrize("text", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n" * 200])
def test_what_is_no_http_is_a_failure(receiver: Receiver, text: bytes):
    receiver.write = lambda out: out.write(text)
    answer = Poster(private=True, seconds=SHORT).post(receiver.url, {}, b"x")
    assert (answer.status, answer.error) == (None, "no_http")


def test_nobody_there_is_a_failure(receiver: Receiver):
    receiver.close()
    assert Poster(private=True).post(receiver.url, {}, b"x").error == "connectionrefused"


def test_a_name_that_nobody_knows_is_a_failure_but_may_be_named():
    poster = Poster()
    poster.check("https://nowhere.invalid/")
    assert poster.post("https://nowhere.invalid/", {}, b"x").error in ("name", "timeout")
