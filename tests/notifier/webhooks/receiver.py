"""A receiver of webhooks on loopback: keeps what it gets, answers what a test says, with or without TLS."""

import ipaddress
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Got:
    """One request."""

    def __init__(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.path, self.headers, self.body = path, headers, body


class Receiver:
    """`status` and `body` are what it answers; `before` runs before each answer, `write` writes another one instead."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.got: list[Got] = []
        self.status, self.body, self.headers = 200, b"thanks", {}
        self.before: Callable[[], object] = lambda: None
        self.write: Callable[[Any], object] | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # whoever hangs up on it is a test's business
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(Got(self.path, dict(self.headers), body))
            receiver.before()
            if receiver.write:
                receiver.write(self.wfile)
                self.close_connection = True
                return
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            self.wfile.write(receiver.body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    return Handler


@cache
def _made() -> tuple[bytes, bytes]:
    """A key and a certificate for hook.test, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.test")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("hook.test")])
    built = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form), built.public_bytes(serialization.Encoding.PEM)


def server_tls(folder: Path) -> ssl.SSLContext:
    """TLS of a receiver called hook.test."""
    file = folder / "hook.pem"
    file.write_bytes(b"".join(_made()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def client_tls() -> ssl.SSLContext:
    """Trusts hook.test alone."""
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=_made()[1].decode())
    return context


def at(*found: str) -> Callable[[str, int], list[str]]:
    """A resolver that answers these addresses, one after the other at each question, the last one for ever."""
    answers = [[each] for each in found]

    def resolve(_host: str, _port: int) -> list[str]:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    for each in found:
        ipaddress.ip_address(each)
    return resolve
