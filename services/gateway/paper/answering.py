"""Files as answers: for pages and API alike."""

import time

from flask import Response

from services.gateway.paper import printed
from services.gateway.paper.reading import Paper

TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


def pdf(paper: Paper, *, name: str) -> bytes:
    """The statement as PDF; `name` is the member's."""
    return printed.pdf(paper, name=name, breathe=_let_others_work)


def download(content: str | bytes, name: str, kind: str) -> Response:
    """A file to keep, `csv` or `pdf`."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, content_type=TYPES[kind], headers=headers)


def _let_others_work() -> None:
    # Thousands of entries take seconds of computing: under gevent this lets other requests in between.
    time.sleep(0)
