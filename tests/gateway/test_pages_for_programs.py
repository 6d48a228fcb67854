"""Everything that the pages can do programs can do too: each page route with the REST routes that give the same.

A new page needs a line here: its REST routes, or under PAGES_ALONE why there can be none.
"""

import pytest

from services.gateway.permissions import WHO, Right, matrix

_BUSINESS = "/user/entities/<entity_id>"
_TERMS = "/admin/<any(tags, categories):kind>"
_ACCOUNTS = "/admin/service-accounts"
_HOOK = "/webhooks/<webhook_id>"
_SWITCH = "<any(pause, resume, test):action>"


def _webhooks(pages: str) -> dict[str, str]:
    """The pages of administrators and of owners are the same ones."""
    return {
        f"GET {pages}": "GET /webhooks",
        f"POST {pages}": "POST /webhooks",
        f"GET {pages}/<webhook_id>": f"GET {_HOOK}; GET {_HOOK}/deliveries; GET {_HOOK}/replays",
        f"POST {pages}/<webhook_id>": f"PATCH {_HOOK}",
        f"POST {pages}/<webhook_id>/{_SWITCH}": f"POST {_HOOK}/{_SWITCH}",
        f"POST {pages}/<webhook_id>/delete": f"DELETE {_HOOK}",
        f"POST {pages}/<webhook_id>/deliveries/<delivery_id>/redelivery": (
            f"POST {_HOOK}/deliveries/<delivery_id>/redelivery"
        ),
        f"POST {pages}/<webhook_id>/replays": f"POST {_HOOK}/replays",
        f"POST {pages}/<webhook_id>/secret": f"POST {_HOOK}/secret",
    }


OF_VISITORS = {
    "GET /businesses": "GET /entities; GET /entities/facets; GET /suggestions",
    "GET /businesses/<entity_id>": "GET /entities/<entity_id>",
    "GET /categories": "GET /categories; GET /categories/letters",
    "GET /check/<code>": "GET /statement-codes/<code>",
    "GET /check/<code>.json": "GET /statement-codes/<code>",
    "GET, POST /contact-reports/<token>": "POST /contact-reports/<token>",
    "GET /email-confirm/<token>": "GET /email-confirmations/<token>",
    "POST /email-confirm/<token>": "POST /email-confirmations/<token>",
    "POST /email-confirm/<token>/stop": "POST /email-confirmations/<token>/stop",
    "GET /invitations/<token>": "GET /invitations/<token>",
    "POST /invitations/<token>/accept": "POST /invitations/<token>/accept",
    "POST /invitations/<token>/signup": "POST /invitations/<token>/signup",
    "GET /ledger": "GET /ledger/head; GET /ledger/heads; GET /ledger/keys",
    "GET /legal/<any(terms, privacy, imprint):which>": "GET /network/texts/<any(terms, privacy, imprint):which>",
    "GET, POST /login": "POST /login",
    "GET, POST /login/code": "POST /login/code",
    "GET, POST /lost-password": "POST /password-reset; POST /admin/password-reset",
    "GET, POST /password-reset/<token>": "POST /password-reset/<token>; POST /admin/password-reset/<token>",
    "GET, POST /signup": "POST /signup",
    "GET /unsubscribe/<token>": "GET /unsubscriptions/<token>",
    "POST /unsubscribe/<token>": "POST /unsubscriptions/<token>",
}

OF_EVERYBODY_WITH_A_LOGIN = {
    "POST /logout": "POST /logout; POST /admin/logout",
    "GET /api-tokens": "GET /user/api-tokens",
    "POST /api-tokens": "POST /user/api-tokens",
    "POST /api-tokens/<token_id>/revoke": "DELETE /user/api-tokens/<token_id>",
    "GET /email-change": "GET /user/email-change",
    "POST /email-change": "POST /user/email-change",
    "POST /email-change/cancel": "DELETE /user/email-change",
    "GET /notices": "GET /notices; GET /notices/unread",
    "POST /notices/<notice_id>/read": "POST /notices/<notice_id>/read",
    "POST /notices/read-all": "POST /notices/read-all",
    "GET /security": "GET /sessions; GET /two-factor",
    "POST /security/password": "POST /password-change; POST /admin/password-change",
    "POST /security/recovery-codes": "POST /recovery-codes",
    "POST /security/sessions/end": "DELETE /sessions/<handle>",
    "POST /security/sessions/end-others": "DELETE /sessions",
    "GET /security/two-factor": "GET /two-factor",
    "POST /security/two-factor": "POST /two-factor",
    "POST /security/two-factor/confirm": "POST /two-factor/confirmation",
    "POST /security/two-factor/off": "DELETE /two-factor",
    "GET, POST /verify": "POST /session/verification",
    "GET, POST /terms": "GET /network; POST /user/consents",
}

OF_MEMBERS = {
    "GET /activity": "GET /user/activity",
    "POST /businesses/<entity_id>/favourite": "POST /favorites",
    "POST /businesses/<entity_id>/message": "POST /send-email",
    "POST /businesses/<entity_id>/note": f"GET {_BUSINESS}/notes/<other_id>; PUT {_BUSINESS}/notes/<other_id>",
    "GET, POST /businesses/new": "POST /user/entities",
    "GET /dashboard": f"GET /user/entities; GET {_BUSINESS}; GET {_BUSINESS}/matches",
    "GET /favourites": "GET /favorites",
    "GET /loops": f"GET {_BUSINESS}/loops",
    "GET /loops/<loop_id>": f"GET {_BUSINESS}/loops/<loop_id>",
    "POST /loops/<loop_id>/interest": (
        f"POST {_BUSINESS}/loops/<loop_id>/interest; DELETE {_BUSINESS}/loops/<loop_id>/interest"
    ),
    "GET /matches": f"GET {_BUSINESS}/matches; GET {_BUSINESS}/matches/not-relevant",
    "POST /matches/not-relevant": f"POST {_BUSINESS}/matches/not-relevant",
    "POST /matches/not-relevant/<feedback_id>/undoing": f"DELETE {_BUSINESS}/matches/not-relevant/<feedback_id>",
    "GET /members": f"GET {_BUSINESS}/members",
    "POST /members/<user_id>/part": f"PATCH {_BUSINESS}/members/<user_id>",
    "POST /members/<user_id>/remove": f"DELETE {_BUSINESS}/members/<user_id>",
    "POST /members/invitations": f"POST {_BUSINESS}/invitations",
    "POST /members/invitations/<invitation_id>/revoke": f"DELETE {_BUSINESS}/invitations/<invitation_id>",
    "POST /members/leave": f"DELETE {_BUSINESS}/members/<user_id>",
    "GET /my-data": "GET /user/consents",
    "GET /my-data/business.zip": f"GET {_BUSINESS}/personal-data",
    "POST /my-data/close-business": f"POST {_BUSINESS}/closing",
    "POST /my-data/close-login": "POST /user/closing",
    "GET /my-data/me.zip": "GET /user/personal-data",
    "GET /pending": "GET /transfers",
    "GET /profile": f"GET /user; GET {_BUSINESS}",
    "POST /profile/business": f"PATCH {_BUSINESS}",
    "POST /profile/me": "PATCH /user",
    "POST /profile/picture": f"PUT {_BUSINESS}/picture",
    "POST /profile/picture/remove": f"DELETE {_BUSINESS}/picture",
    "GET /profile/shown": f"GET {_BUSINESS}",
    "POST /profile/shown": f"PATCH {_BUSINESS}",
    "GET /searches": f"GET {_BUSINESS}/searches",
    "POST /searches": f"POST {_BUSINESS}/searches",
    "POST /searches/<search_id>/deletion": f"DELETE {_BUSINESS}/searches/<search_id>",
    "GET /settings/notifications": f"GET {_BUSINESS}/notifications",
    "POST /settings/notifications": f"PUT {_BUSINESS}/notifications",
    "GET /statement": "GET /statement",
    "GET /statement.csv": "GET /statement.csv",
    "GET /statement.pdf": "GET /statement.pdf",
    "GET, POST /trading-application": f"POST {_BUSINESS}/trading-application",
    "POST /transfers": "POST /transfers",
    "GET /transfers/<transfer_id>": "GET /transfers/<transfer_id>; GET /admin/transfers/<transfer_id>",
    "GET /transfers/<transfer_id>/proof.json": "GET /transfers/<transfer_id>/proof",
    "POST /transfers/<transfer_id>/<any(accept, decline, withdraw):action>": (
        "PATCH /transfers/<transfer_id>; PATCH /admin/transfers/<transfer_id>"
    ),
    "GET, POST /transfers/<transfer_id>/reversal": "POST /transfers/<transfer_id>/reversal",
    "GET, POST /transfers/new": "POST /transfers/preview",
    "POST /transfers/preview": "POST /transfers/preview",
    "GET /consents": f"GET {_BUSINESS}/consent",
    "POST /consents": f"PUT {_BUSINESS}/consent",
    "POST /consents/revocation": f"PUT {_BUSINESS}/consent",
    **_webhooks("/settings/webhooks"),
}

OF_STAFF = {
    "POST /acting/stop": "DELETE /admin/acting",
    "GET /admin": "GET /admin/overview",
    f"GET {_TERMS}": f"GET {_TERMS}; GET /admin/tags/alike",
    f"POST {_TERMS}": f"POST {_TERMS}",
    f"GET {_TERMS}/<term_id>": f"GET {_TERMS}/<term_id>",
    f"POST {_TERMS}/<term_id>": f"PATCH {_TERMS}/<term_id>",
    f"POST {_TERMS}/<term_id>/removal": f"DELETE {_TERMS}/<term_id>",
    f"POST {_TERMS}/merge": f"POST {_TERMS}/merges",
    "GET /admin/activity": "GET /admin/logs; GET /admin/logs/state",
    "GET /admin/activity.<kind>": "GET /admin/logs.csv; GET /admin/logs.ndjson",
    "GET /admin/activity/heads.json": "GET /admin/logs/heads",
    "GET /admin/applications": "GET /admin/entities",
    "GET /admin/bulk": "GET /admin/entities/<entity_id>",
    "POST /admin/bulk": "PATCH /admin/entities/<entity_id>",
    "GET /admin/businesses": "GET /admin/entities",
    "GET /admin/businesses.csv": "GET /admin/entities",
    "GET /admin/businesses/<entity_id>": "GET /admin/entities/<entity_id>",
    "GET, POST /admin/businesses/<entity_id>/act": "PUT /admin/acting",
    "GET /admin/businesses/<entity_id>/statement": "GET /admin/transfers; GET /admin/accounts/<account_number>",
    "GET /admin/businesses/<entity_id>/statement.csv": "GET /admin/transfers",
    "GET /admin/businesses/<entity_id>/statement.pdf": "GET /admin/transfers",
    "GET, POST /admin/businesses/<entity_id>/closing": "DELETE /admin/entities/<entity_id>",
    "GET /admin/businesses/<entity_id>/profile": "GET /admin/entities/<entity_id>",
    "POST /admin/businesses/<entity_id>/profile": "PATCH /admin/entities/<entity_id>",
    "POST /admin/businesses/<entity_id>/limits": "PATCH /admin/entities/<entity_id>",
    "GET /admin/businesses/<entity_id>/people": "GET /admin/entities/<entity_id>",
    "POST /admin/businesses/<entity_id>/people": "GET /admin/users; PUT /admin/entities/<entity_id>/members/<user_id>",
    "POST /admin/businesses/<entity_id>/people/<user_id>/remove": (
        "DELETE /admin/entities/<entity_id>/members/<user_id>"
    ),
    "POST /admin/businesses/<entity_id>/status": "PATCH /admin/entities/<entity_id>",
    "GET /admin/clearing": "GET /admin/clearing",
    "GET /admin/community-export": "GET /admin/community-export",
    "GET /admin/imports": "GET /admin/imports",
    "POST /admin/imports": "POST /admin/imports",
    "GET /admin/imports/<import_id>": "GET /admin/imports/<import_id>",
    "GET /admin/imports/<import_id>/errors.csv": "GET /admin/imports/<import_id>/errors",
    "POST /admin/imports/<import_id>/start": "POST /admin/imports/<import_id>/start",
    "POST /admin/imports/<import_id>/stop": "DELETE /admin/imports/<import_id>",
    "GET /admin/insight": "GET /admin/insight",
    "GET /admin/insight.csv": "GET /admin/insight.csv",
    "GET, POST /admin/login": "POST /admin/login",
    "GET /admin/mail": "GET /admin/mail; GET /admin/mail/summary",
    "POST /admin/mail/<message_id>/<any(retry, discard):action>": (
        "POST /admin/mail/<message_id>/<any(retry, discard):action>"
    ),
    "GET, POST /admin/mail/addresses": "POST /admin/mail/suppressions/search",
    "POST /admin/mail/addresses/<digest>/release": "DELETE /admin/mail/suppressions/<digest>",
    "GET /admin/mail/previews": "GET /admin/mail/kinds",
    "GET /admin/mail/previews/<kind>": "GET /admin/mail/kinds/<kind>/preview",
    "GET /admin/mail/previews/<kind>/html": "GET /admin/mail/kinds/<kind>/preview",
    f"GET {_ACCOUNTS}": f"GET {_ACCOUNTS}",
    f"POST {_ACCOUNTS}": f"POST {_ACCOUNTS}",
    f"GET {_ACCOUNTS}/<service_account_id>": f"GET {_ACCOUNTS}/<service_account_id>",
    f"POST {_ACCOUNTS}/<service_account_id>": f"PATCH {_ACCOUNTS}/<service_account_id>",
    f"POST {_ACCOUNTS}/<service_account_id>/<any(disable, enable, delete):action>": (
        f"PATCH {_ACCOUNTS}/<service_account_id>; DELETE {_ACCOUNTS}/<service_account_id>"
    ),
    f"POST {_ACCOUNTS}/<service_account_id>/tokens": f"POST {_ACCOUNTS}/<service_account_id>/tokens",
    f"POST {_ACCOUNTS}/<service_account_id>/tokens/<token_id>/revoke": (
        f"DELETE {_ACCOUNTS}/<service_account_id>/tokens/<token_id>"
    ),
    "GET /admin/accounts/<account_number>/changes": "GET /admin/accounts/<account_number>/changes",
    "GET /admin/settings": "GET /admin/policy; GET /admin/fees",
    "GET /admin/settings/<any(limits, fees):what>/changes": "GET /admin/policy/changes; GET /admin/fees/changes",
    "POST /admin/settings/fees": "PUT /admin/fees",
    "POST /admin/settings/limits": "PATCH /admin/policy",
    "GET /admin/settings/simulation": "POST /admin/limit-simulations",
    "GET /admin/settings/simulation.csv": "POST /admin/limit-simulations",
    "GET /admin/transfers": "GET /admin/transfers",
    "POST /admin/transfers": "POST /admin/transfers",
    "GET /admin/transfers.csv": "GET /admin/transfers",
    "GET /admin/transfers/<transfer_id>": "GET /admin/transfers/<transfer_id>",
    "POST /admin/transfers/<transfer_id>/cancellation": "PATCH /admin/transfers/<transfer_id>",
    "GET, POST /admin/transfers/<transfer_id>/reversal": "POST /admin/transfers/<transfer_id>/reversal",
    "GET, POST /admin/transfers/new": "POST /admin/transfers/preview",
    "GET /admin/settings/texts": "GET /admin/network",
    "POST /admin/settings/texts": "PATCH /admin/network",
    "GET /admin/staff": "GET /admin/staff",
    "POST /admin/staff": "POST /admin/staff",
    "POST /admin/staff/<user_id>/<any(suspend, resume, invite, remove):action>": (
        "PATCH /admin/staff/<user_id>; POST /admin/staff/<user_id>/invitation; DELETE /admin/staff/<user_id>"
    ),
    "POST /admin/staff/<user_id>/access": "PATCH /admin/staff/<user_id>",
    "POST /admin/tags/apart": "POST /admin/tags/apart",
    "GET /admin/users": "GET /admin/users",
    "GET /admin/users.csv": "GET /admin/users",
    "GET, POST /admin/users/<user_id>/closing": "DELETE /admin/users/<user_id>",
    "POST /admin/users/<user_id>/password-link": "POST /password-reset",
    "GET, POST /admin/users/<user_id>/profile": "PATCH /admin/users/<user_id>",
    "GET /admin/users/<user_id>": "GET /admin/users/<user_id>",
    "POST /admin/users/<user_id>/<any(suspend, resume):action>": "PUT /admin/users/<user_id>/suspension",
    "GET, POST /admin/users/<user_id>/two-factor-reset": "POST /admin/users/<user_id>/two-factor/reset",
    "GET /admin/words": "GET /admin/words; GET /admin/words/suggestions",
    "POST /admin/words": "PUT /admin/words",
    "GET /auditor": "GET /audit/trial-balance; GET /ledger/head; GET /admin/accounts/<account_number>",
    "GET /auditor/<view>.csv": "GET /audit/trial-balance.csv; GET /audit/near-limits.csv; GET /audit/changes.csv",
    "GET /auditor/events": "GET /audit/events",
    "GET /auditor/events/<int:position>": "GET /audit/changes; GET /audit/export; GET /ledger/inclusion",
    "GET /auditor/events/<int:position>.<any(json, ndjson):kind>": "GET /audit/export; GET /ledger/inclusion",
    "GET /auditor/export": "GET /audit/export",
    "POST /auditor/head": "POST /audit/head",
    "GET /auditor/since": "GET /ledger/consistency; GET /audit/limit-changes; GET /audit/reversals",
    "POST /auditor/since": "GET /ledger/consistency",
    "GET /auditor/since.json": "GET /ledger/consistency",
    "GET /auditor/views/<view>": "GET /audit/trial-balance; GET /audit/near-limits; GET /audit/reversals",
    **_webhooks("/admin/webhooks"),
}

FOR_PROGRAMS = OF_VISITORS | OF_EVERYBODY_WITH_A_LOGIN | OF_MEMBERS | OF_STAFF

PAGES_ALONE = {
    "GET /": "words for visitors; those with a login are led to their own first page",
    "POST /acting-for": "which business the pages act for; programs name it in each call",
    "GET /check": "the form for a code",
    "POST /auditor/audited": "a note in the browser; programs keep a head themselves",
    "GET /permissions": "the table for people; the document of the API says the roles of each route (x-roles)",
    "GET /pictures/<name>-<int:size>.webp": "a file that a program fetches there: `picture` is this path",
    "GET, POST /setup/<token>": "a person is to be the first administrator; programs begin with `create-admin`",
    "POST /theme": "the colours of the pages",
    "GET /live": "numbers of a page that is open, as that page shows them; programs wait at GET /events",
    "GET /manifest.webmanifest": "the application that a phone installs",
    "GET /sw.js": "what a browser keeps of the pages",
    "GET /offline": "what a browser shows while there is no network",
    "GET /pay/<number>": "leads to the form of payment, filled in; a program fills in its call",
    "GET /payment-link": "an address for people, drawn as a square code; a program puts it together itself",
}
"""Why programs have nothing like it."""

MEMBERS = ("owner", "operator", "viewer")
NOTHING_TO_DO = {("POST /logout", "visitor")}
"""Who may use a page to no effect."""


def pages() -> dict[str, Right]:
    return {f"{methods} {path}": right for (methods, path), right in matrix().items() if right.area.startswith("Pages")}


def routes_of(page: str) -> list[Right]:
    """The REST routes beside a page. Raises KeyError for one that there is not."""
    named = (route.split(" ", 1) for route in FOR_PROGRAMS[page].split("; "))
    return [matrix()[method, f"/api/v1{path}"] for method, path in named]


def test_every_page_has_its_routes_or_a_reason() -> None:
    assert not FOR_PROGRAMS.keys() & PAGES_ALONE.keys()
    told = FOR_PROGRAMS.keys() | PAGES_ALONE.keys()
    assert told == pages().keys(), "a new page needs REST routes beside it, one that is gone no line"


def test_every_page_is_in_one_list() -> None:
    assert len(FOR_PROGRAMS) == sum(map(len, (OF_VISITORS, OF_EVERYBODY_WITH_A_LOGIN, OF_MEMBERS, OF_STAFF)))


@pytest.mark.parametrize("page", FOR_PROGRAMS)
def test_who_may_use_the_page_may_use_a_route(page: str) -> None:
    page_allows, routes = pages()[page].allowed, routes_of(page)
    for who in WHO:
        served = any(route.allowed[who] for route in routes) or (page, who) in NOTHING_TO_DO
        assert served or not page_allows[who], f"{who} has the page alone"
    for route in routes:
        # Staff have pages of which each may use a part; members have all that their page is made of.
        wanting = [who for who in MEMBERS if page_allows[who] and not route.allowed[who]]
        assert not wanting or route.path.startswith("/api/v1/admin/"), (route.route, wanting)
