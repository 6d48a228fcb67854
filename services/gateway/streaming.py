"""Answers that are passed on piece by piece and never held as a whole."""

from collections.abc import Iterable

from flask import Response, stream_with_context

from services.gateway.clients import Stream

EXPORT_TYPES = ("application/x-ndjson", "application/gzip")


def passed_on(stream: Stream) -> Response:
    """What a service streams, as a file. When it breaks off so does the connection: it can't be taken for whole."""
    response = _response(stream, stream.content_type, stream.name or "file")
    # Also when nobody reads a single piece.
    response.call_on_close(stream.close)
    return response


def csv_file(lines: Iterable[str], name: str) -> Response:
    """CSV that is made while it is sent."""
    return _response((line.encode() for line in lines), "text/csv; charset=utf-8", name)


def _response(pieces: Iterable[bytes], content_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(iter(pieces)), content_type=content_type, headers=headers)
