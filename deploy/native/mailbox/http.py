"""The mailbox over HTTP: pages for people, JSON for tests."""

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from deploy.native.mailbox.pages import list_page, mail_page
from deploy.native.mailbox.store import MailStore

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json"

# The frame of an HTML part inherits this: nothing in a mail can load or run anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'"

# Another name that resolves to this machine would let a foreign page read the mail (DNS rebinding).
NAMES = {"127.0.0.1", "localhost"}


class MailboxHTTPServer(ThreadingHTTPServer):
    """Serves one store on loopback."""

    daemon_threads = True

    def __init__(self, port: int, store: MailStore) -> None:
        super().__init__(("127.0.0.1", port), MailboxRequest)
        self.store = store


class MailboxRequest(BaseHTTPRequestHandler):
    """One request."""

    server: MailboxHTTPServer
    protocol_version = "HTTP/1.1"
    server_version = "mailbox"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Answer `/`, `/messages/ID`, `/messages/ID/raw`, `/api/messages` and `/api/messages/ID`."""
        if (self.headers.get("Host") or "").rpartition(":")[0] not in NAMES:
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, TEXT, "Use localhost.")
            return
        address = urlsplit(self.path)
        to = parse_qs(address.query).get("to", [""])[-1]
        try:
            kind, body = self._found(address.path.strip("/").split("/"), to)
        except KeyError:
            self._answer(HTTPStatus.NOT_FOUND, TEXT, "There is no such mail.")
            return
        self._answer(HTTPStatus.OK, kind, body)

    def _found(self, path: list[str], to: str) -> tuple[str, str]:
        store = self.server.store
        match path:
            case [""]:
                return HTML, list_page(store.list(to=to), to=to)
            case ["messages", name]:
                return HTML, mail_page(store.get(name))
            case ["messages", name, "raw"]:
                return TEXT, store.raw(name).decode(errors="replace")
            case ["api", "messages"]:
                return JSON, json.dumps([mail.as_json() for mail in store.list(to=to)])
            case ["api", "messages", name]:
                return JSON, json.dumps(store.get(name).as_json())
        raise KeyError(path)

    def _answer(self, status: HTTPStatus, kind: str, body: str) -> None:
        content = body.encode(errors="replace")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        """No log: addresses of people are in the URLs."""
