"""TLS and login at a real mail server: what is not certain to be private is not sent."""

import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP as POLICY

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from services.notifier.smtp import Mailer, Server, ServerAway
from tests.notifier.certificates import Authority
from tests.notifier.mailserver import Desk, free_port

LOGIN = (b"network", b"correct-horse")


def login(server, session, envelope, mechanism, data) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == LOGIN, handled=False)


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest.fixture
def serve(authority: Authority) -> Iterator[Callable[..., tuple[Desk, int]]]:
    running: list[Controller] = []

    def start(*, starttls: bool = False, implicit: bool = False) -> tuple[Desk, int]:
        files = authority.certify("127.0.0.1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.certificate, files.key)
        options = {"tls_context": context, "require_starttls": True} if starttls else {}
        if starttls or implicit:
            options |= {"authenticator": login, "auth_required": starttls, "auth_require_tls": starttls}
        desk = Desk()
        server = Controller(
            desk, hostname="127.0.0.1", port=free_port(), ssl_context=context if implicit else None, **options
        )
        server.start()
        running.append(server)
        return desk, server.port

    yield start
    for server in running:
        server.stop()


def a_mail() -> EmailMessage:
    mail = EmailMessage(policy=POLICY)
    mail["From"], mail["To"], mail["Subject"] = "noreply@dev.null", "ada@person.test", "Hello"
    mail.set_content("Hello.")
    return mail


def a_mailer(port: int, authority: Authority, **changed) -> Mailer:
    values = {"user": "network", "password": "correct-horse", "ca_file": str(authority.file)}
    return Mailer(Server(host="127.0.0.1", port=port, **values | changed))


@pytest.mark.parametrize("way", ["starttls", "implicit"])
def test_mail_is_handed_over_by_tls_after_a_login(serve, authority, way):
    desk, port = serve(**{way: True})
    mailer = a_mailer(port, authority, tls=way == "starttls", implicit_tls=way == "implicit")
    mailer.ready()
    mailer.send([a_mail(), a_mail()])
    mailer.close()
    assert [mail["Subject"] for mail in desk.mails] == ["Hello", "Hello"]


@pytest.mark.parametrize("way", ["starttls", "implicit"])
def test_a_server_that_nobody_known_vouches_for_gets_neither_password_nor_mail(serve, tmp_path, way):
    desk, port = serve(**{way: True})
    stranger = Authority(tmp_path, "stranger")
    mailer = a_mailer(port, stranger, tls=way == "starttls", implicit_tls=way == "implicit")
    with pytest.raises(ServerAway, match="SSLCertVerificationError"):
        mailer.ready()
    assert desk.mails == []


def test_a_server_without_starttls_is_not_used_when_it_is_wanted(serve, authority):
    desk, port = serve()
    with pytest.raises(ServerAway, match="SMTPNotSupportedError"):
        a_mailer(port, authority, tls=True).ready()
    assert desk.mails == []


def test_a_server_that_speaks_plainly_is_not_used_for_implicit_tls(serve, authority):
    _, port = serve()
    with pytest.raises(ServerAway, match="SSLError"):
        a_mailer(port, authority, implicit_tls=True).ready()


def test_a_wrong_password_holds_up_all_mail_and_costs_no_message_a_try(serve, authority):
    desk, port = serve(starttls=True)
    with pytest.raises(ServerAway, match="SMTPAuthenticationError"):
        a_mailer(port, authority, tls=True, password="wrong").ready()
    assert desk.mails == []
