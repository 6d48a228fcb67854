"""Who is asking: pages know a person by the cookie `mccsToken` alone, the REST API by `Authorization: Bearer` alone.

For pages and REST alike, within a request:
* `current()`: the Login, or None for a visitor;
* `parts()`: the other services, bound to that login and to the positions it has seen;
* `visitor_parts()`: the same for somebody not logged in (log-in, sign-up, reset), whatever cookie or token came;
* `start(session)`: log in with a Session document of the directory; `end()`: log out;
* `safe_next(url)`: where to go after logging in, never another site;
* `client_address()`: of the directory's `address` fields.

A view says who may call it with `services.chassis.web.allow("member")`, `allow("public")` …; a view that says nothing
is refused. A page that needs a login sends visitors to the login page and back.

Each request with a login asks the directory for the session, or knows that nothing changed since it did (`memory`), so
one that was ended is dead at once. When the directory is down the token is believed until it expires: balances can
still be read.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import flask
from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from services.chassis.tokens import Caller
from services.chassis.web import MIN_POSITION_HEADER, POSITION_HEADER, format_positions, parse_positions
from services.gateway import terms
from services.gateway.acting import business_of
from services.gateway.bearer import bearer, offered
from services.gateway.clients import Document, Lines, PartDown, Parts, Refused
from services.gateway.failures import TWO_FACTOR, TWO_FACTOR_NEEDED, Forbidden, Unauthenticated
from services.gateway.login import Limits, Login, Membership, believed_memberships, login_of
from services.gateway.memory import Memory, living
from services.gateway.permissions import allowed_on_behalf
from services.gateway.positions import POSITIONS, highest, kept_in_page_cookie, remember
from services.gateway.scopes import hold_to_scopes, is_api_token, needed
from services.gateway.tokens import RENEWABLE_SECONDS, Claims, SessionTokens

__all__ = [
    "COOKIE", "Login", "Membership", "Sessions", "client_address", "current", "end", "has_role", "is_api", "memory",
    "parts", "renew", "safe_next", "sessions_of", "start", "token", "visitor_parts",
]  # fmt: skip

COOKIE = "mccsToken"
COOKIE_SECONDS = 24 * 60 * 60
_EXTENSION = "gateway.sessions"


def current() -> Login | None:
    """The login of this request; None for a visitor. Raises Unauthenticated for a bad bearer token (REST only)."""
    return _sessions().current()


def parts() -> Parts:
    """The other services for whoever is asking in this request."""
    return _sessions().parts()


def visitor_parts() -> Parts:
    """The other services for somebody not logged in."""
    if "visitor_parts" not in g:
        g.visitor_parts = _sessions().lines.parts(Caller(), address=client_address())
    found: Parts = g.visitor_parts
    return found


def memory() -> Memory | None:
    """What the directory said a moment ago and still holds; None when each is asked for."""
    return _sessions().memory


def has_role(role: str) -> bool:
    """Whether the login of this request has that role."""
    login = current()
    return login is not None and role in login.roles


def start(session: Document) -> Login:
    """Begin a login with the Session that the directory answered. A page's answer gets the cookie.

    Whatever the page cookie held before is dropped (no session fixation): flash messages go after this.
    """
    return _sessions().start(session)


def end() -> None:
    """End the login of this request: the session in the directory, and the cookie."""
    _sessions().end()


def token() -> str:
    """A fresh session token for the login of this request (REST answers it)."""
    return _sessions().token()


def renew() -> Login:
    """The login of a bearer token that may have expired up to a day ago, when its session lives (REST only)."""
    return _sessions().renewable_login()


def safe_next(url: str | None, default: str = "/") -> str:
    """`url` when it is a path of this site, else `default`: an open redirect is impossible."""
    if not url or not url.startswith("/") or url.startswith(("//", "/\\")):
        return default
    if any(character in url for character in "\\\r\n\t") or not url.isprintable():
        return default
    split = urlsplit(url)
    return default if split.scheme or split.netloc else url


def client_address() -> str:
    """Address of whoever calls, as far as our own proxies can be believed."""
    return request.remote_addr or ""


def is_api() -> bool:
    """Whether this request is for the REST API."""
    return request.path == "/api" or request.path.startswith("/api/")


class Sessions:
    """Puts the above into an application."""

    def __init__(
        self, lines: Lines, tokens: SessionTokens, *, secure_cookie: bool, memory: Memory | None = None
    ) -> None:
        self.lines, self.tokens, self._secure, self.memory = lines, tokens, secure_cookie, memory
        self._seen: OrderedDict[str, dict[str, int]] = OrderedDict()
        # Ended here: not believed again even while the directory is down.
        self._ended: OrderedDict[str, None] = OrderedDict()

    def init_app(self, app: Flask) -> None:
        """Check every view's `allow` before it runs; keep cookie and positions after it."""
        app.extensions[_EXTENSION] = self
        app.before_request(self.admit)
        app.after_request(self._keep)

    def current(self) -> Login | None:
        if "login" not in g:
            g.login = self._bearer_login() if is_api() else self._cookie_login()
        found: Login | None = g.login
        return found

    def parts(self) -> Parts:
        if "parts" not in g:
            login = self.current()
            # Who must set up a second factor first is a visitor everywhere else.
            caller = login.caller if login and not _is_confined(login) else Caller()
            g.parts = self.lines.parts(caller, self._positions(login), client_address())
        found: Parts = g.parts
        return found

    def start(self, session: Document) -> Login:
        login = login_of(session)
        if not is_api():
            flask.session.clear()
            g.cookie = self._issue(login)
        g.login = login
        g.pop("parts", None)
        return login

    def end(self) -> None:
        login = self.current()
        if login is not None:
            try:
                self.parts().directory.end_session(login.session_id)
            except Refused as error:
                if error.code != "session.unknown":
                    raise
            self._seen.pop(login.session_id, None)
            remember(self._ended, login.session_id, None)
        if not is_api():
            flask.session.clear()
            g.cookie = ""
        g.login = None
        g.pop("parts", None)

    def token(self) -> str:
        login = self.current()
        if login is None:
            raise Unauthenticated
        return self._issue(login)

    def renewable_login(self) -> Login:
        """The login of a bearer token that may have expired up to a day ago, confirmed by the directory."""
        claims = self.tokens.read(bearer(), expired_for=RENEWABLE_SECONDS)
        login = self._confirmed(claims)
        if login is None:
            raise Unauthenticated("auth.ended", "This login has ended. Log in again.")
        g.login = login
        return login

    def _bearer_login(self) -> Login | None:
        if "Authorization" not in request.headers:
            return None
        if is_api_token(bearer()):
            return self._token_login(bearer())
        claims = self.tokens.read(bearer())
        try:
            login = self._confirmed(claims)
        except PartDown:
            login = self._believed(claims)
        if login is None:
            raise Unauthenticated("auth.ended", "This login has ended. Log in again.")
        return login

    def _token_login(self, token: str) -> Login:
        """Whom a personal API token acts for: asked at each request, and never believed without the directory."""
        try:
            return login_of(self.lines.parts(Caller(), address=client_address()).directory.api_token_session(token))
        except Refused as error:
            if error.code == "api_token.two_factor_needed":
                raise Forbidden(TWO_FACTOR_NEEDED, error.detail) from error
            raise Unauthenticated("auth.invalid", error.detail) from error

    def _cookie_login(self) -> Login | None:
        text = request.cookies.get(COOKIE, "")
        if not text:
            return None
        try:
            claims = self.tokens.read(text, expired_for=RENEWABLE_SECONDS)
            login = self._confirmed(claims)
        except Unauthenticated:
            g.cookie = ""
            return None
        except PartDown as error:
            return self._believed_cookie(claims, error)
        g.cookie = "" if login is None else self._renewed(login, claims)
        return login

    def _believed_cookie(self, claims: Claims, error: PartDown) -> Login | None:
        if self.tokens.lives(claims):
            return self._believed(claims)
        g.login_unknown = error
        return None

    def _believed(self, claims: Claims) -> Login | None:
        if claims.session_id in self._ended:
            return None
        entities = believed_memberships(claims.entities, claims.limits)
        return Login(claims.session_id, claims.user_id, claims.roles, entities, confirmed=False)

    def _confirmed(self, claims: Claims) -> Login | None:
        """The living session of a token, or None when it has ended. Raises PartDown."""
        directory = self.lines.parts(Caller()).directory
        try:
            login = living(self.memory, directory, claims.session_id)
        except Refused as error:
            if error.status == 404:
                return None
            raise
        return login if login.user_id == claims.user_id else None

    def _renewed(self, login: Login, claims: Claims) -> str | None:
        same = (*_told(login),) == (claims.roles, claims.entities, claims.limits)
        return None if same and not self.tokens.wants_renewal(claims) else self._issue(login)

    def _issue(self, login: Login) -> str:
        return self.tokens.issue(login.session_id, login.user_id, *_told(login))

    def _positions(self, login: Login | None) -> dict[str, int]:
        own = {"directory": login.position} if login and login.position else {}
        if not is_api():
            return highest(kept_in_page_cookie(), own)
        asked = parse_positions(request.headers.get(MIN_POSITION_HEADER, ""))
        kept = self._seen.get(login.session_id, {}) if login else {}
        return highest(asked, kept, own)

    def admit(self) -> WerkzeugResponse | None:
        if request.method == "OPTIONS" or request.endpoint is None or request.endpoint.rpartition(".")[2] == "static":
            return None
        view = current_app.view_functions[request.endpoint]
        allowed: frozenset[str] = getattr(view, "allowed_roles", frozenset())
        self._admit_token(view)
        if allowed & {"anyone", "public"}:
            return None
        login = self.current()
        if login is not None and login.on_behalf and getattr(view, "ends_acting", False):
            return None
        if login is not None and _is_confined(login) and not is_api():
            return redirect("/security/two-factor")
        if login is not None and _is_confined(login):
            raise Forbidden(TWO_FACTOR_NEEDED, TWO_FACTOR)
        if login is not None and allowed & login.roles:
            _hold_to_role(login, view)
            terms.hold(login, view, pages=not is_api())
            return None
        if "login_unknown" in g:
            raise g.login_unknown
        if is_api():
            raise Unauthenticated if login is None else Forbidden
        return _to_the_right_door(login, allowed)

    def _admit_token(self, view: Any) -> None:
        """Raises ScopeMissing when an API token asks for what it may not do."""
        scope = needed(view, request.method)
        if scope and is_api() and is_api_token(offered()):
            hold_to_scopes(self.current(), view, scope)

    def _keep(self, response: Response) -> Response:
        login: Login | None = g.get("login")
        if is_api():
            self._keep_api_positions(response, login)
        elif not g.get("sets_no_cookie"):
            seen = highest(kept_in_page_cookie(), self._learned(login))
            if seen != kept_in_page_cookie():
                flask.session[POSITIONS] = seen
            self._set_cookie(response, g.get("cookie"))
        return response

    def _keep_api_positions(self, response: Response, login: Login | None) -> None:
        seen = self._learned(login)
        if not seen:
            return
        response.headers[POSITION_HEADER] = format_positions(seen)
        if login is not None:
            remember(self._seen, login.session_id, seen)

    def _learned(self, login: Login | None) -> dict[str, int]:
        """What the services told in this request, however they were asked."""
        asked: list[Parts] = [g.get(name) for name in ("parts", "visitor_parts") if name in g]
        own = {"directory": login.position} if login and login.position else {}
        return highest(*(parts.asker.positions for parts in asked), own)

    def _set_cookie(self, response: Response, value: str | None) -> None:
        if value is None:
            return
        seconds = COOKIE_SECONDS if value else 0
        response.set_cookie(
            COOKIE, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )


def sessions_of(app: Flask) -> Sessions:
    """The Sessions of an application."""
    found: Sessions = app.extensions[_EXTENSION]
    return found


def _sessions() -> Sessions:
    return sessions_of(current_app)


def _told(login: Login) -> tuple[frozenset[str], Mapping[str, str], Limits]:
    """What a token says of a login. That somebody acts for a member is known by the directory alone, every time."""
    if login.must_set_up_two_factor:
        return frozenset(), {}, {}
    return (login.own_roles, {}, {}) if login.on_behalf else (login.roles, login.accounts, login.limits)


def _is_confined(login: Login) -> bool:
    """Whether a second factor must be set up before this view may be used."""
    view = current_app.view_functions.get(request.endpoint or "")
    return login.must_set_up_two_factor and not getattr(view, "before_two_factor", False)


def _hold_to_role(login: Login, view: Any) -> None:
    """Raises Forbidden for what the person's part in the business, or acting for a member, does not allow."""
    rule = request.url_rule
    if login.on_behalf and rule is not None and not allowed_on_behalf(rule.methods, rule.rule):
        raise Forbidden(
            "auth.not_on_behalf",
            "This can't be done on behalf of a member. Stop acting for them, or ask them to do it.",
        )
    acting = getattr(view, "acts_as", None)
    if acting is None or "member" not in login.roles or not login.entities:
        return
    asked = _business_asked_for(login)
    if asked is not None and asked not in login.accounts:
        raise Forbidden
    if not login.may(acting, asked):
        raise Forbidden("auth.not_your_role", f"{_WHO_MAY[acting]} Ask an owner of the business.")


_WHO_MAY = {
    "owner": "Only owners of the business can do this.",
    "operator": "You may look at what this business does, but not act for it.",
}


def _business_asked_for(login: Login) -> str | None:
    if is_api():
        return (request.view_args or {}).get("entity_id") if "/user/entities/" in request.path else None
    business = business_of(login)
    return business.entity_id if business else None


def _to_the_right_door(login: Login | None, allowed: frozenset[str]) -> WerkzeugResponse:
    if login is not None:
        if request.method == "GET" and login.roles & {"admin", "coordinator"} and "member" in allowed:
            return redirect("/admin")
        raise Forbidden
    door = "/login" if "member" in allowed else "/admin/login"
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(f"{door}?next={quote(back)}" if back not in ("", "/") else door)
