"""The page that says what went wrong."""

from flask import g, render_template, request
from flask_babel import gettext, lazy_gettext

from services.chassis.logs import correlation_id
from services.gateway.clients import PartDown
from services.gateway.failures import Failure, TooManyCalls
from services.gateway.web.refusals import words_for_down


def error_page(failure: Failure) -> str:
    """A whole page in the usual layout; the caller sets the status."""
    g.failing = True
    title, sentence, next_step = _texts(failure)
    repeatable = request.method == "GET" and failure.status in (429, 500, 503)
    return render_template(
        "failure.html",
        title=title,
        sentence=sentence,
        next_step=next_step,
        again=request.full_path.rstrip("?") if repeatable else "",
        correlation=correlation_id(),
    )


_TOLD = {
    "auth.not_on_behalf": lazy_gettext(
        "This can't be done on behalf of a member. Stop acting for them, or ask them to do it."
    ),
    "auth.not_your_role": lazy_gettext(
        "Your part in this business does not allow that. An owner of the business can do it, or give you a larger part."
    ),
    "auth.not_your_business": lazy_gettext(
        "This page was made for a business that you do not act for now, so nothing was done. Load it again."
    ),
}
"""Why, where the login alone does not say."""


def _texts(failure: Failure) -> tuple[str, str, str]:
    match failure.status:
        case 400 if "CSRF" in failure.detail:
            return (
                gettext("That page was too old"),
                gettext("The form came without a valid mark of this site, so nothing was done."),
                gettext("Go back, load the page again, and send it once more. Cookies must be allowed."),
            )
        case 401:
            return (gettext("Please log in"), failure.detail, "")
        case 403 if failure.code in _TOLD:
            return (gettext("Not this way"), str(_TOLD[failure.code]), gettext("Go back to the page before."))
        case 403:
            return (
                gettext("Not with this login"),
                gettext("Your login does not allow this page."),
                gettext("Log out and log in with another one, or go back."),
            )
        case 404:
            return (
                gettext("Nothing here"),
                gettext("There is nothing under this address, or it is not yours to see."),
                gettext("Check the address, or start over from the start page."),
            )
        case 422 if failure.code == "statement.too_long":
            return (
                gettext("Too long for one file"),
                failure.detail,
                gettext("Go back to the statement, and choose days nearer together."),
            )
        case 429:
            return _too_often(failure)
        case 503:
            down = PartDown(str(failure.extra.get("part", "")), failure.code, failure.detail)
            return (gettext("Back in a moment"), words_for_down(down), "")
        case 500:
            return (gettext("Our mistake"), failure.detail, "")
    return (gettext("That did not work"), failure.detail, gettext("Go back and try again."))


def _too_often(failure: Failure) -> tuple[str, str, str]:
    if failure.code != TooManyCalls.CODE:
        return (gettext("Slowly, please"), failure.detail, gettext("Wait a minute and try again."))
    return (
        gettext("Slowly, please"),
        gettext("There were too many calls from your address or with your login for now."),
        gettext("Wait %(seconds)s seconds and try again: nothing was done.", seconds=failure.retry_after),
    )
