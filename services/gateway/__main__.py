"""`python -m services.gateway serve`."""

import os

from services.chassis.config import read_settings
from services.chassis.process import main
from services.chassis.process import serve as serve_http
from services.gateway.config import Config


def serve() -> None:
    """Pages and REST API."""
    config = read_settings(Config, os.environ)
    serve_http("services.gateway.app:serving_app()", config.host, config.port, config.workers)


if __name__ == "__main__":
    main("gateway", {"serve": serve})
