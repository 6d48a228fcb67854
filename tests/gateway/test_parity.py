"""Programs can do what people can: each page of members has its routes of the REST API, or a reason why not.

A new page: write its line here. What is not told by a route of its own is told by a longer one.
"""

import pytest

from services.gateway.permissions import Right, matrix

ENTITY = "/api/v1/user/entities/<entity_id>"
BY_HAND = "of browsers alone: cookies, forms, colours, where one goes first"
OPEN = "for programs as it is"

PAGES: dict[str, tuple[str, ...] | str] = {
    "GET /": BY_HAND,
    "GET /.well-known/jwks.json": OPEN,
    "GET /.well-known/mccs-ledger": OPEN,
    "POST /acting-for": BY_HAND,
    "GET /activity": ("GET /api/v1/user/activity",),
    "GET, POST /admin/login": ("POST /api/v1/admin/login",),
    "GET /businesses": ("GET /api/v1/entities", "GET /api/v1/entities/facets", "GET /api/v1/suggestions"),
    "GET /businesses/<entity_id>": ("GET /api/v1/entities/<entity_id>", f"GET {ENTITY}/notes/<other_id>"),
    "POST /businesses/<entity_id>/favourite": ("POST /api/v1/favorites",),
    "POST /businesses/<entity_id>/message": ("POST /api/v1/send-email",),
    "POST /businesses/<entity_id>/note": (f"PUT {ENTITY}/notes/<other_id>",),
    "GET, POST /businesses/new": ("POST /api/v1/user/entities",),
    "GET /categories": ("GET /api/v1/categories", "GET /api/v1/categories/letters"),
    "GET /check": OPEN,
    "GET /check/<code>": OPEN,
    "GET /check/<code>.json": OPEN,
    "GET, POST /contact-reports/<token>": ("POST /api/v1/contact-reports/<token>",),
    "GET /dashboard": ("GET /api/v1/user/entities", f"GET {ENTITY}/matches", "GET /api/v1/statement"),
    "GET /email-change": ("GET /api/v1/user/email-change",),
    "POST /email-change": ("POST /api/v1/user/email-change",),
    "POST /email-change/cancel": ("DELETE /api/v1/user/email-change",),
    "GET /email-confirm/<token>": ("GET /api/v1/email-confirmations/<token>",),
    "POST /email-confirm/<token>": ("POST /api/v1/email-confirmations/<token>",),
    "POST /email-confirm/<token>/stop": ("POST /api/v1/email-confirmations/<token>/stop",),
    "GET /favourites": ("GET /api/v1/favorites",),
    "GET /healthz": OPEN,
    "POST /hooks/sendgrid": OPEN,
    "GET /invitations/<token>": ("GET /api/v1/invitations/<token>",),
    "POST /invitations/<token>/accept": ("POST /api/v1/invitations/<token>/accept",),
    "POST /invitations/<token>/signup": ("POST /api/v1/invitations/<token>/signup",),
    "GET /ledger": ("GET /api/v1/ledger/heads", "GET /api/v1/ledger/keys"),
    "GET, POST /login": ("POST /api/v1/login",),
    "GET, POST /login/code": ("POST /api/v1/login/code",),
    "POST /logout": ("POST /api/v1/logout",),
    "GET /loops": (f"GET {ENTITY}/loops",),
    "GET /loops/<loop_id>": (f"GET {ENTITY}/loops/<loop_id>",),
    "POST /loops/<loop_id>/interest": (
        f"POST {ENTITY}/loops/<loop_id>/interest", f"DELETE {ENTITY}/loops/<loop_id>/interest",
    ),
    "GET, POST /lost-password": ("POST /api/v1/password-reset",),
    "GET /matches": (f"GET {ENTITY}/matches", f"GET {ENTITY}/matches/not-relevant"),
    "POST /matches/not-relevant": (f"POST {ENTITY}/matches/not-relevant",),
    "POST /matches/not-relevant/<feedback_id>/undoing": (f"DELETE {ENTITY}/matches/not-relevant/<feedback_id>",),
    "GET /members": (f"GET {ENTITY}/members",),
    "POST /members/<user_id>/part": (f"PATCH {ENTITY}/members/<user_id>",),
    "POST /members/<user_id>/remove": (f"DELETE {ENTITY}/members/<user_id>",),
    "POST /members/invitations": (f"POST {ENTITY}/invitations",),
    "POST /members/invitations/<invitation_id>/revoke": (f"DELETE {ENTITY}/invitations/<invitation_id>",),
    "POST /members/leave": (f"DELETE {ENTITY}/members/<user_id>",),
    "GET /metrics": OPEN,
    "GET /my-data": ("GET /api/v1/user/consents",),
    "GET /my-data/business.zip": (f"GET {ENTITY}/personal-data",),
    "POST /my-data/close-business": (f"POST {ENTITY}/closing",),
    "POST /my-data/close-login": ("POST /api/v1/user/closing",),
    "GET /my-data/me.zip": ("GET /api/v1/user/personal-data",),
    "GET /notices": ("GET /api/v1/notices", "GET /api/v1/notices/unread"),
    "POST /notices/<notice_id>/read": ("POST /api/v1/notices/<notice_id>/read",),
    "POST /notices/read-all": ("POST /api/v1/notices/read-all",),
    "GET, POST /password-reset/<token>": ("POST /api/v1/password-reset/<token>",),
    "GET /pending": ("GET /api/v1/transfers",),
    "GET /permissions": ("GET /api/v1/openapi.json",),
    "GET /pictures/<name>-<int:size>.webp": OPEN,
    "GET /profile": ("GET /api/v1/user", f"GET {ENTITY}"),
    "POST /profile/business": (f"PATCH {ENTITY}",),
    "POST /profile/me": ("PATCH /api/v1/user",),
    "POST /profile/picture": (f"PUT {ENTITY}/picture",),
    "POST /profile/picture/remove": (f"DELETE {ENTITY}/picture",),
    "GET /profile/shown": (f"GET {ENTITY}",),
    "POST /profile/shown": (f"PATCH {ENTITY}",),
    "GET /readyz": OPEN,
    "GET /searches": (f"GET {ENTITY}/searches",),
    "POST /searches": (f"POST {ENTITY}/searches",),
    "POST /searches/<search_id>/deletion": (f"DELETE {ENTITY}/searches/<search_id>",),
    "GET /security": ("GET /api/v1/sessions", "GET /api/v1/two-factor"),
    "POST /security/password": ("POST /api/v1/password-change",),
    "POST /security/recovery-codes": ("POST /api/v1/recovery-codes",),
    "POST /security/sessions/end": ("DELETE /api/v1/sessions/<handle>",),
    "POST /security/sessions/end-others": ("DELETE /api/v1/sessions",),
    "GET /security/two-factor": ("GET /api/v1/two-factor",),
    "POST /security/two-factor": ("POST /api/v1/two-factor",),
    "POST /security/two-factor/confirm": ("POST /api/v1/two-factor/confirmation",),
    "POST /security/two-factor/off": ("DELETE /api/v1/two-factor",),
    "GET /settings/notifications": (f"GET {ENTITY}/notifications",),
    "POST /settings/notifications": (f"PUT {ENTITY}/notifications",),
    "GET, POST /signup": ("POST /api/v1/signup",),
    "GET /statement": ("GET /api/v1/statement",),
    "GET /statement.csv": ("GET /api/v1/statement.csv",),
    "GET /statement.pdf": ("GET /api/v1/statement.pdf",),
    "GET, POST /terms": ("POST /api/v1/user/consents",),
    "POST /theme": BY_HAND,
    "GET, POST /trading-application": (f"POST {ENTITY}/trading-application",),
    "POST /transfers": ("POST /api/v1/transfers",),
    "GET /transfers/<transfer_id>": ("GET /api/v1/transfers/<transfer_id>",),
    "POST /transfers/<transfer_id>/<any(accept, decline, withdraw):action>": ("PATCH /api/v1/transfers/<transfer_id>",),
    "GET, POST /transfers/new": ("POST /api/v1/transfers/preview",),
    "GET /unsubscribe/<token>": ("GET /api/v1/unsubscriptions/<token>",),
    "POST /unsubscribe/<token>": ("POST /api/v1/unsubscriptions/<token>",),
    "GET, POST /verify": ("POST /api/v1/session/verification",),
    "GET /version": OPEN,
}  # fmt: skip
RIGHTS = {f"{right.methods} {right.path}": right for right in matrix().values()}


def _is_of_members(right: Right) -> bool:
    return right.allowed["owner"] and not right.path.startswith("/api/")


def _is_told_by_its_own_name(page: str) -> bool:
    """Webhooks, tokens: below /settings and /api/v1 they are called the same."""
    return "/settings/webhooks" in page or "/api-tokens" in page


def test_every_page_of_members_is_in_the_list():
    pages = {page for page, right in RIGHTS.items() if _is_of_members(right) and not _is_told_by_its_own_name(page)}
    assert pages == PAGES.keys()


@pytest.mark.parametrize("page", [page for page, routes in PAGES.items() if not isinstance(routes, str)])
def test_who_may_use_a_page_may_use_its_routes(page: str):
    for route in PAGES[page]:
        assert route in RIGHTS, route
        for who in ("owner", "operator", "viewer"):
            assert RIGHTS[route].allowed[who] or not RIGHTS[page].allowed[who], (route, who)
