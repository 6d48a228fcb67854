"""Which requests may be larger than all others: pictures. Said before anybody reads the body, the form's token too."""

from flask import Flask, request

UPLOAD_BYTES = 5_100_000
"""A picture of 5 MB, and the form around it."""
_ENDPOINTS = frozenset({"web.change_picture", "rest.set_picture"})


def init_app(app: Flask) -> None:
    """Before whatever reads forms."""

    @app.before_request
    def take_more() -> None:
        if request.endpoint in _ENDPOINTS:
            request.max_content_length = UPLOAD_BYTES
