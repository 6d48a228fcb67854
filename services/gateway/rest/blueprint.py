"""The blueprint that the routes of the REST API hang on."""

from flask import Blueprint

bp = Blueprint("rest", __name__, url_prefix="/api/v1")
