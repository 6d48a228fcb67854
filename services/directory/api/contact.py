"""Mail from one business to another, and reports of what should not have been written."""

from typing import Any

from flask import Response, current_app

from services.chassis.web import Problem, allow, body, caller
from services.directory.api.blueprint import bp, by, done, only_of, the_directory
from services.directory.domain.contact import ContactTooOften
from services.directory.handlers import contact
from services.directory.schemas.contact import ContactBody
from services.directory.schemas.fields import Nothing

_CONTACT, _NOTHING = ContactBody(), Nothing()


@bp.app_errorhandler(ContactTooOften)
def refuse_too_often(error: ContactTooOften) -> Any:
    """429: nothing is wrong with the message."""
    problem = Problem(429, "contact.too_often", str(error), retry_after=error.retry_after)
    return current_app.handle_user_exception(problem)


@bp.post("/entities/<entity_id>/contact-messages")
@allow("member")
def write_to_business(entity_id: str) -> Response:
    """Mail a text to a business whose address is hidden."""
    only_of(entity_id)
    asked = body(_CONTACT)
    return done(
        contact.write(
            the_directory(),
            by(),
            entity_id,
            asked["receiver"],
            body=asked["body"],
            copy=asked["copy_to_me"],
            user_id=caller().subject,
        )
    )


@bp.post("/contact-reports/<token>")
@allow("public")
def report_contact(token: str) -> Response:
    """By the link in the mail: whoever got it."""
    body(_NOTHING)
    return done(contact.report(the_directory(), by("mail-link"), token))
