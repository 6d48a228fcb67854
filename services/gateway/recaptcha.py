"""reCAPTCHA v2 on the pages where strangers type: only when both keys are set, else nothing of it is loaded or asked.

Whether a form passed is the business of its own request and kept nowhere (behaviour.md 6.5, 61). When Google does not
answer in time nobody passes: a way round in an outage would be a way round for everybody who can make one.
"""

from dataclasses import dataclass

import orjson
import urllib3
from flask import Flask, current_app, request
from urllib3.exceptions import HTTPError

from services.chassis.logs import log
from services.gateway.config import Config

FIELD = "g-recaptcha-response"
ENDPOINTS = frozenset({"web.sign_up", "web.log_in", "web.admin_log_in", "web.lost_password"})
"""The pages that have it; the API is held by its rate limit."""
SCRIPT = "https://www.google.com/recaptcha/api.js"
POLICY = {
    "script-src": "https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/",
    "frame-src": "https://www.google.com/recaptcha/ https://recaptcha.google.com/recaptcha/",
    "connect-src": "https://www.google.com/recaptcha/",
}
"""What those pages may load besides our own."""
CONNECT_SECONDS, READ_SECONDS = 1.0, 3.0
_LONGEST_RESPONSE = 10_000
_EXTENSION = "gateway.recaptcha"


class CaptchaDown(Exception):
    """The check gave no usable answer."""


@dataclass(frozen=True, slots=True)
class Recaptcha:
    """The check of one site."""

    site_key: str
    secret: str
    url: str
    pool: urllib3.PoolManager

    def passes(self, response: str, address: str) -> bool:
        """Whether what the visitor's browser sent is good, asked once. Raises CaptchaDown."""
        if not 0 < len(response) <= _LONGEST_RESPONSE:
            return False
        asked = {"secret": self.secret, "response": response, "remoteip": address}
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        try:
            # encode_multipart off: a form, as the interface wants it.
            answered = self.pool.request(
                "POST", self.url, fields=asked, encode_multipart=False, timeout=timeout, redirect=False
            )
            told = orjson.loads(answered.data)
        except (HTTPError, orjson.JSONDecodeError) as error:
            log.warning("recaptcha.no_answer", error=type(error).__name__)
            raise CaptchaDown from error
        if answered.status != 200 or not isinstance(told, dict):
            log.warning("recaptcha.no_answer", status=answered.status)
            raise CaptchaDown
        if wrong := set(told.get("error-codes") or ()) & {"missing-input-secret", "invalid-input-secret"}:
            # Ours to mend; visitors can do nothing about it.
            log.error("recaptcha.misconfigured", codes=sorted(wrong))
            raise CaptchaDown
        return told.get("success") is True


def init_app(app: Flask, config: Config) -> None:
    """Put the check into an application that has the keys."""
    if config.recaptcha_site_key and config.recaptcha_secret:
        pool = urllib3.PoolManager(retries=False, maxsize=16, block=False)
        app.extensions[_EXTENSION] = Recaptcha(
            config.recaptcha_site_key, config.recaptcha_secret, config.recaptcha_url, pool
        )


def site_key() -> str:
    """The key that this page shows; empty when it has no captcha."""
    check = _check()
    return check.site_key if check else ""


def passes(address: str) -> bool:
    """Whether the form of this request may go on. Raises CaptchaDown."""
    check = _check()
    return check is None or check.passes(request.form.get(FIELD, ""), address)


def _check() -> Recaptcha | None:
    if request.endpoint not in ENDPOINTS:
        return None
    found: Recaptcha | None = current_app.extensions.get(_EXTENSION)
    return found
