"""`python -m deploy.native.mailbox`: serve until asked to stop."""

import argparse
import signal
import threading
from pathlib import Path
from types import FrameType

from deploy.native.mailbox.http import MailboxHTTPServer
from deploy.native.mailbox.smtp import smtp_server
from deploy.native.mailbox.store import MailStore


def add_mailbox_options(parser: argparse.ArgumentParser) -> None:
    """Where to listen and where to keep mail."""
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)


def serve_mailbox(arguments: argparse.Namespace) -> int:
    """Serve SMTP and HTTP until SIGTERM or SIGINT."""
    store = MailStore(arguments.directory)
    smtp = smtp_server(arguments.smtp_port, store)
    http = MailboxHTTPServer(arguments.http_port, store)
    _end_on_signal(http)
    smtp.start()
    try:
        http.serve_forever()
    finally:
        smtp.stop()
        http.server_close()
    return 0


def _end_on_signal(http: MailboxHTTPServer) -> None:
    def end(_: int, __: FrameType | None) -> None:
        # From another thread: `shutdown` waits for the loop that this signal has interrupted.
        threading.Thread(target=http.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def main() -> int:
    """Run with the command line's options."""
    parser = argparse.ArgumentParser(prog="python -m deploy.native.mailbox", description=__doc__)
    add_mailbox_options(parser)
    return serve_mailbox(parser.parse_args())


if __name__ == "__main__":
    raise SystemExit(main())
