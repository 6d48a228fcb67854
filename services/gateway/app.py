"""Composition root of the gateway.

`services.gateway.web` gives `bp`, the blueprint of the pages, and `error_page(failure: Failure)`, which renders what
went wrong for people (anything that Flask takes as an answer; the status is set here).
"""

import math
import os
import time
from datetime import timedelta
from functools import partial

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask, Request, Response, current_app, make_response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from prometheus_client import CollectorRegistry
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.middleware.proxy_fix import ProxyFix

from services.chassis import deadlines
from services.chassis.config import BadSettings, read_settings
from services.chassis.logs import configure_logs
from services.chassis.tokens import KeyFile, Signer, Verifier, private_key
from services.chassis.web import MAX_BODY_BYTES, Parts, health_routes, measure
from services.gateway import (
    assets,
    cross_origin,
    devices,
    hooks,
    keys,
    network,
    rates,
    recaptcha,
    representing,
    rest,
    security,
    uploads,
    web,
)
from services.gateway.calling import REQUEST_SECONDS
from services.gateway.clients import THE_GATEWAY, Document, Line, Lines, StepUpNeeded
from services.gateway.config import Config
from services.gateway.failures import Failure, TermsNeeded, failure_of
from services.gateway.memory import Memory
from services.gateway.rest.events import WAITS
from services.gateway.session import Sessions, is_api, sessions_of
from services.gateway.tokens import SessionTokens, session_keys
from services.gateway.waits import Waits

_FILES = (".csv", ".pdf", ".zip")


def create_app(config: Config, lines: Lines | None = None) -> Flask:
    """The gateway's application; `lines` lead to the other services (made from `config` when left out)."""
    config.check()
    app = Flask("services.gateway", static_folder=None)
    app.config.update(_flask_settings(config))
    app.config["GATEWAY"] = config
    internal_key, session_key = _keys(config)
    lines = lines or lines_to(config, Signer(internal_key))
    app.session_interface = _PageCookies()
    measure(app, registry := CollectorRegistry())
    app.before_request(security.take_request_id)
    limits = rates.init_app(app, config, registry)
    uploads.init_app(app)
    app.extensions[WAITS] = Waits()
    protect = CSRFProtect(app)
    protect.exempt(rest.bp)
    # Mail programs send it alone (RFC 8058); the signed link in its path is what it proves itself by.
    protect.exempt(web.unsubscribe_now)
    protect.exempt(hooks.bp)
    app.before_request(_give_time)
    app.teardown_request(lambda _: deadlines.begin(math.inf))
    tokens = SessionTokens(session_key, time.time)
    memory = Memory(lines.directory.apart(), lines.directory) if config.remember else None
    Sessions(lines, tokens, secure_cookie=config.secure_cookies, memory=memory).init_app(app)
    app.before_request(limits.hold_login)
    assets.init_app(app)
    security.init_app(app, https=config.https)
    representing.init_app(app)
    cross_origin.init_app(app, config.cors)
    recaptcha.init_app(app, config)
    network.init_app(app, partial(_settings_of_the_network, app))
    devices.init_app(app, secure=config.secure_cookies)
    for blueprint in (rest.bp, keys.bp, hooks.bp, web.bp, health_routes(_health(internal_key, lines), registry)):
        app.register_blueprint(blueprint)
    app.register_error_handler(Exception, _answer_error)
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.trusted_proxies, x_proto=config.trusted_proxies
        )
    return app


def _settings_of_the_network(app: Flask) -> Document:
    return sessions_of(app).lines.parts(THE_GATEWAY).directory.network()


def _give_time() -> None:
    """What one request asks of services takes so long at most. A file has the time of each of its pieces."""
    operation = getattr(current_app.view_functions.get(request.endpoint or ""), "operation", None)
    is_file = request.path.endswith(_FILES) or (operation is not None and bool(operation.media))
    deadlines.begin(math.inf if is_file else REQUEST_SECONDS)


class _PageCookies(SecureCookieSessionInterface):
    """The page cookie, for pages: a program's call has none, and asks for none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """None: there is no session, and nobody can put anything into it."""
        is_page = request.path == security.DOCS or not request.path.startswith("/api/")
        program = not is_page and "Authorization" in request.headers
        return None if program else super().open_session(app, request)


def serving_app() -> Flask:
    """What gunicorn serves."""
    configure_logs("gateway", "serve")
    return create_app(read_settings(Config, os.environ))


def lines_to(config: Config, signer: Signer) -> Lines:
    """The ways to the four services."""
    return Lines(
        Line("ledger", config.ledger_url, signer),
        Line("directory", config.directory_url, signer),
        Line("matcher", config.matcher_url, signer),
        Line("notifier", config.notifier_url, signer),
    )


def _keys(config: Config) -> tuple[KeyFile, KeyFile]:
    try:
        internal = KeyFile(config.internal_private_key_file, private_key)
        return internal, KeyFile(config.session_private_key_file, session_keys)
    except (OSError, ValueError) as error:
        raise BadSettings([f"a key file can't be read: {error}"]) from error


def _flask_settings(config: Config) -> dict[str, object]:
    return {
        "SECRET_KEY": config.secret_key,
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "SESSION_COOKIE_NAME": "mccsPage",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        # A form may stay open as long as the login lives.
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _health(internal_key: KeyFile, lines: Lines) -> Parts:
    # Nobody asks the gateway with an internal token.
    pem = internal_key()[1].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    reported = {line.service: line.alive for line in lines.all}
    return Parts("gateway", Verifier(pem, "gateway"), reported=reported)


def _answer_error(error: Exception) -> ResponseReturnValue:
    if isinstance(error, StepUpNeeded) and not _for_programs():
        return web.ask_to_verify()
    if isinstance(error, TermsNeeded) and not _for_programs():
        return web.ask_for_terms()
    failure = failure_of(error)
    response = rest.error_answer(failure) if _for_programs() else _page(failure)
    if failure.retry_after is not None:
        response.headers["Retry-After"] = str(failure.retry_after)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.allow.update(error.valid_methods)
    return response


def _for_programs() -> bool:
    return is_api() or request.path.startswith("/.well-known/") or request.path.endswith(".json")


def _page(failure: Failure) -> Response:
    response = make_response(web.error_page(failure))
    response.status_code = failure.status
    return response
