"""What went wrong, in one shape for pages and API: status, stable code, sentences for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from services.chassis.logs import log
from services.gateway.clients import PartDown, Refused, StepUpNeeded
from services.gateway.paper.reading import TooLong
from services.gateway.scopes import ScopeMissing

STEP_UP = (
    "This needs your password again: POST /api/v1/session/verification first, then repeat the call within ten minutes."
)
"""What programs are told that want something sensitive."""

TWO_FACTOR_NEEDED = "auth.two_factor_needed"
TWO_FACTOR = "Your login needs a second factor first: POST /api/v1/two-factor, then /api/v1/two-factor/confirmation."


class Unauthenticated(Exception):
    """No login, or one that has ended. `code` says which: `auth.missing`, `auth.expired`, `auth.invalid`."""

    def __init__(self, code: str = "auth.missing", detail: str = "Log in first.") -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class Forbidden(Exception):
    """Logged in, but not allowed. `code` says more: `auth.forbidden`, `auth.not_on_behalf`, `auth.not_your_role`."""

    def __init__(self, code: str = "auth.forbidden", detail: str = "Your login does not allow this.") -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class TooManyCalls(Exception):
    """More than a rate limit lets somebody ask for; `limit` says whose: `address`, `account`, `token`, `pictures`."""

    STATUS, CODE = 429, "http.too_many_requests"

    def __init__(self, limit: str, quota: int, window: int, wait: int) -> None:
        of = {"account": "your login", "token": "this API token"}.get(limit, "your address")
        super().__init__(
            f"Too many calls: {of} has {quota} points in {window} seconds, and they are used up. Wait {wait} seconds "
            "(Retry-After), then go on; reading costs 1 point, searches 2, changes 3, passwords 10, files 20."
        )
        self.limit, self.wait = limit, wait


class TermsNeeded(Forbidden):
    """The terms have changed, and this would change something before the member has agreed to them."""

    def __init__(self, version: str, url: str) -> None:
        read = f"Read them ({url}), then" if url else "To agree,"
        super().__init__(
            "terms.not_accepted",
            f"The terms have changed. {read} POST /api/v1/user/consents "
            f'{{"document": "terms", "version": "{version}"}}, and repeat the call. Reading goes on without.',
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that says no. Nothing in it is secret; an unexpected error has a fixed text."""

    status: int
    code: str
    detail: str
    errors: Mapping[str, Any]
    """Field (snake_case, possibly nested) to messages; empty when no field is to blame."""
    extra: Mapping[str, Any]
    retry_after: int | None = None


def failure_of(error: Exception) -> Failure:
    """The failure that an exception of the gateway means. An unexpected one goes to the log, not into the answer."""
    match error:
        case Refused():
            retry_after = error.retry_after or (900 if error.status == 429 else None)
            return Failure(error.status, error.code, error.detail, error.errors, error.extra, retry_after)
        case PartDown():
            return Failure(503, error.code, error.detail, {}, {"part": error.service}, error.retry_after)
        case StepUpNeeded():
            return Failure(403, error.CODE, STEP_UP, {}, {})
        case Unauthenticated() | Forbidden():
            return Failure(401 if isinstance(error, Unauthenticated) else 403, error.code, error.detail, {}, {})
        case TooManyCalls():
            return Failure(429, error.CODE, str(error), {}, {"limit": error.limit}, error.wait)
        case ScopeMissing():
            return Failure(403, error.CODE, error.detail, {}, {"scope": error.scope})
        case TooLong():
            return Failure(422, "statement.too_long", _too_long(error), {}, {})
        case ValidationError():
            return Failure(400, "request.invalid", "Some fields need correcting.", error.normalized_messages(), {})
        case HTTPException():
            return _http_failure(error)
    log.error("request.failed", exc_info=error)
    return Failure(
        500, "internal", "Something went wrong on our side. It has been recorded; try again later.", {}, {}
    )  # fmt: skip


def _too_long(error: TooLong) -> str:
    return (
        f"This period has {error.entries:,} entries and one such file takes {error.most:,}: none was made, so that "
        "nothing is missing from it unseen. Choose a shorter period."
    )


def _http_failure(error: HTTPException) -> Failure:
    code = f"http.{error.name.lower().replace(' ', '_')}"
    detail = {
        404: "There is nothing under this address.",
        405: "This address does not know that method.",
        413: f"This is too large: at most {(request.max_content_length or 0) / 1_000_000:.1f} MB. Send it in parts.",
    }.get(error.code or 500, error.description or error.name)
    return Failure(error.code or 500, code, detail, {}, {}, getattr(error, "retry_after", None))
