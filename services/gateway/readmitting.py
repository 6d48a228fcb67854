"""For answers that take minutes: whether whoever asked would be let in now."""

from flask import current_app, g

from services.gateway.failures import Forbidden, Unauthenticated
from services.gateway.scopes import ScopeMissing
from services.gateway.session import sessions_of


def still_admitted() -> bool:
    """Look at the login of this request again, as at its beginning; the parts are bound anew, to its rights of now.

    Raises PartDown when nobody can say.
    """
    for known in ("login", "parts"):
        g.pop(known, None)
    try:
        sessions_of(current_app).admit()
    except (Unauthenticated, Forbidden, ScopeMissing):
        return False
    return True
