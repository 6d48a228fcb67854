"""SendGrid's API as its reference describes POST /v3/mail/send, in a thread: checks each request, answers as told."""

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "SG.test"
_RESERVED = {"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to",
             "from", "subject", "reply-to", "cc", "bcc"}  # fmt: skip
_CUSTOM_ARGS_BYTES = 10_000


class SendGridApi:
    """What was asked, and the answers to give next; then 202."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answers: deque[tuple[int, dict[str, str]]] = deque()
        self.refused: set[str] = set()
        """Addresses because of which a request is refused."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def parts(self) -> list[dict[str, Any]]:
        """The personalizations of all accepted requests."""
        return [part for request in self.requests for part in request["personalizations"]]


def problem_of(document: dict[str, Any]) -> str:
    """What the reference says against a request; empty when nothing."""
    parts = document["personalizations"]
    addresses = [each["email"].lower() for part in parts for each in part["to"]]
    kinds = [each["type"] for each in document["content"]]
    checks = {
        "1 to 1000 personalizations": 1 <= len(parts) <= 1000,
        "each address once": len(set(addresses)) == len(addresses),
        "a sender": "@" in document["from"]["email"],
        "a subject": bool(document["subject"]),
        "plain before html": kinds == ["text/plain", "text/html"],
        "content is not empty": all(each["value"] for each in document["content"]),
        "headers are not reserved": all(not _RESERVED & {name.lower() for name in part["headers"]} for part in parts),
        "arguments are short texts": all(
            all(isinstance(value, str) for value in part["custom_args"].values())
            and len(json.dumps(part["custom_args"])) <= _CUSTOM_ARGS_BYTES
            for part in parts
        ),
    }
    return ", ".join(name for name, holds in checks.items() if not holds)


def _handler(api: SendGridApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers = self._judged(document)
            body = b"" if status == 202 else json.dumps({"errors": [{"message": "no", "field": None}]}).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _judged(self, document: dict[str, Any]) -> tuple[int, dict[str, str]]:
            if self.headers["Authorization"] != f"Bearer {KEY}":
                return 401, {}
            if self.path != "/v3/mail/send" or self.headers["Content-Type"] != "application/json":
                return 404, {}
            addresses = {each["email"] for part in document["personalizations"] for each in part["to"]}
            if problem_of(document) or addresses & api.refused:
                return 400, {"X-Problem": problem_of(document)}
            if api.answers:
                return api.answers.popleft()
            api.requests.append(document)
            return 202, {"X-Message-Id": "theirs"}

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
