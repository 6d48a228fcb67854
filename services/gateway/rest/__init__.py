"""The REST API under /api/v1: envelope, fields and rules of the seed's API (docs/openapi: /api/v1/openapi.json).

Knows a caller by `Authorization: Bearer` alone; cookies mean nothing here, so no form token is needed.
"""

from flask import Blueprint

from services.gateway.rest.answers import error_answer

bp = Blueprint("rest", __name__, url_prefix="/api/v1")

__all__ = ["bp", "error_answer"]
