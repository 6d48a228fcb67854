"""The pages: what people see in a browser. Server-rendered; JavaScript only makes them nicer.

Talks to the other services through `services.gateway.clients` alone; knows no HTTP of theirs.
"""

from flask import Blueprint

bp = Blueprint("web", __name__)
