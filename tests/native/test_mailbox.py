"""The development mailbox: real SMTP in, files, page and JSON out."""

import json
import smtplib
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.client import HTTPConnection
from pathlib import Path

import pytest

from deploy.native.mailbox.http import MailboxHTTPServer
from deploy.native.mailbox.pages import list_page, mail_page
from deploy.native.mailbox.smtp import smtp_server
from deploy.native.mailbox.store import MailStore
from deploy.native.ports import find_free

NASTY = '<script>alert("x")</script>'


def a_mail(*, subject: str = "Welcome", text: str = "Hello", html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Mutual Credit <noreply@dev.null>"
    mail["To"] = "Anna <anna@dev.null>"
    mail["Subject"] = subject
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


@pytest.fixture
def store(tmp_path: Path) -> MailStore:
    return MailStore(tmp_path / "mail")


@pytest.fixture
def http(store: MailStore) -> Iterator[HTTPConnection]:
    server = MailboxHTTPServer(0, store)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    yield connection
    connection.close()
    server.shutdown()
    server.server_close()
    thread.join()


def get(http: HTTPConnection, path: str, **headers: str):
    http.request("GET", path, headers=headers)
    answer = http.getresponse()
    return answer, answer.read().decode()


def test_mail_sent_by_smtp_becomes_a_file_and_json(store: MailStore, tmp_path: Path):
    smtp = smtp_server(find_free(), store)
    smtp.start()
    try:
        with smtplib.SMTP("127.0.0.1", smtp.port, timeout=10) as client:
            client.send_message(a_mail(text="Grüße: http://localhost:8080/reset/abc."), to_addrs=["hidden@dev.null"])
    finally:
        smtp.stop()
    [file] = (tmp_path / "mail").glob("*.eml")
    [mail] = store.list()
    assert mail.id == file.stem
    assert mail.recipients == ("hidden@dev.null",)
    assert mail.text.strip() == "Grüße: http://localhost:8080/reset/abc."
    assert mail.links == ["http://localhost:8080/reset/abc"]
    assert mail.as_json()["from"] == "Mutual Credit <noreply@dev.null>"


def test_list_is_newest_first_and_filtered_by_recipient(store: MailStore):
    for number in range(3):
        store.add(a_mail(subject=f"Mail {number}").as_bytes(), [f"member{number}@dev.null", "all@dev.null"])
    assert [mail.subject for mail in store.list()] == ["Mail 2", "Mail 1", "Mail 0"]
    assert [mail.subject for mail in store.list(to="MEMBER1@dev.null ")] == ["Mail 1"]
    assert len(store.list(to="all@dev.null")) == 3
    assert store.list(to="nobody@dev.null") == []


def test_page_escapes_everything(store: MailStore):
    store.add(a_mail(subject=NASTY, text=f"{NASTY} http://x.test/a?b=1&c=2", html=NASTY).as_bytes(), [NASTY])
    [mail] = store.list()
    for page in (list_page([mail], to=NASTY), mail_page(mail)):
        assert "<script" not in page
    shown = mail_page(mail)
    assert '<a href="http://x.test/a?b=1&amp;c=2" rel="noreferrer">' in shown
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="&lt;base' in shown


def test_only_web_addresses_become_links(store: MailStore):
    store.add(a_mail(text="javascript:alert(1) http://a.test/x, (https://b.test/y). ftp://c.test").as_bytes(), ["a@b"])
    shown = mail_page(store.list()[0])
    assert 'href="http://a.test/x"' in shown
    assert 'href="https://b.test/y"' in shown
    assert 'href="javascript' not in shown
    assert 'href="ftp' not in shown


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no headers at all",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nx\xff",
        b"Subject: =?utf-8?q?=FF?=\r\n\r\n",
    ],
)
def test_odd_mail_is_kept_and_shown(store: MailStore, content: bytes):
    store.add(content, ["a@dev.null"])
    [mail] = store.list()
    assert mail_page(mail)
    assert json.dumps(mail.as_json())


def test_pages_and_json_over_http(store: MailStore, http: HTTPConnection):
    name = store.add(a_mail(subject="Over HTTP").as_bytes(), ["anna@dev.null"])
    answer, page = get(http, "/?to=anna@dev.null")
    assert answer.status == 200
    assert "Over HTTP" in page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Over HTTP" in get(http, f"/messages/{name}")[1]
    assert get(http, f"/messages/{name}/raw")[0].headers["Content-Type"].startswith("text/plain")
    [listed] = json.loads(get(http, "/api/messages?to=anna%40dev.null")[1])
    assert listed == json.loads(get(http, f"/api/messages/{name}")[1])
    assert listed["subject"] == "Over HTTP"
    assert json.loads(get(http, "/api/messages?to=other@dev.null")[1]) == []


@pytest.mark.parametrize(
    "path", ["/x", "/messages/absent", "/messages/..%2f..%2fetc", "/messages/../../etc/passwd/raw"]
)
def test_unknown_path_is_not_found(http: HTTPConnection, path: str):
    assert get(http, path)[0].status == 404


def test_foreign_host_name_is_refused(http: HTTPConnection):
    """A page elsewhere whose name resolves to this machine must not read the mail."""
    assert get(http, "/api/messages", Host="evil.test:80")[0].status == 421
    assert get(http, "/api/messages", Host=f"localhost:{http.port}")[0].status == 200
