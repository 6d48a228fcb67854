"""A member's own pages: home, profile, application for trading."""

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.failures import Forbidden
from services.gateway.forms import PersonForm, ProfileForm, TradingForm
from services.gateway.permissions import acts
from services.gateway.session import Login, Membership, current, parts
from services.gateway.web.blueprint import bp, mine
from services.gateway.web.cards import Card, card, names_of, parties
from services.gateway.web.courses import lately
from services.gateway.web.live import count_waiting
from services.gateway.web.refusals import blame, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]

WAITING_SHOWN = 5
RECENT_SHOWN = 5
RECENT_DRAWN = 40
MATCHES_SHOWN = 5


def my_business() -> Membership:
    """The business that the member acts for. Raises Forbidden."""
    found = mine()
    if found is None:
        raise Forbidden
    return found


def trades(business: Membership) -> bool:
    """Whether it may trade, or whether we can't know because the directory is down: the ledger decides then."""
    return business.trades


@bp.get("/dashboard")
@allow("member")
def dashboard() -> str:
    """Where a member stands and what waits."""
    business = my_business()
    matches = card(lambda: parts().matcher.matches(business.entity_id, limit=MATCHES_SHOWN))
    if not trades(business):
        return render_template("dashboard.html", matches=matches)
    account = card(lambda: parts().ledger.account(business.account))
    pending = card(
        lambda: parts().ledger.transfers(account=business.account, status="initiated", page_size=WAITING_SHOWN)
    )
    count_waiting(pending)
    recent = card(lambda: parts().ledger.statement(business.account, limit=RECENT_DRAWN))
    return render_template(
        "dashboard.html",
        matches=matches,
        account=account,
        pending=pending,
        recent=recent,
        recent_shown=RECENT_SHOWN,
        lately=lately(account.value, recent.value),
        names=names_of(_accounts_in(pending, recent)),
    )


def _accounts_in(pending: Card, recent: Card) -> set[str]:
    waiting = parties(pending.value["transfers"]) if pending.value else set()
    entries = recent.value["entries"][:RECENT_SHOWN] if recent.value else ()
    return waiting | {entry["counterparty"] for entry in entries}


@bp.get("/profile")
@allow("member")
def profile() -> Answer:
    """My business and me."""
    return _profile()


@bp.post("/profile/business")
@allow("member")
@acts("operator")
def change_business() -> Answer:
    """Save what others see of my business."""
    form = ProfileForm()
    if not form.validate():
        return _profile(business=form)
    changes: dict[str, Any] = {name: form[name].data or "" for name in (*form.BUSINESS, "email")}
    changes |= {"offers": form.offers.tags, "wants": form.wants.tags}
    changes["preferences"] = {name: form[name].data for name in ("daily_match_mail", "contact_mail")}
    try:
        parts().directory.change_entity(my_business().entity_id, changes, key=form.key.data)
    except Refused as refused:
        return _profile(business=form, business_problem=blame(form, refused), status=refused.status)
    except PartDown as down:
        return _profile(business=form, business_problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("Your business is saved."), "done")
    return redirect(url_for("web.profile"))


@bp.post("/profile/me")
@allow("member")
def change_person() -> Answer:
    """Save my own details."""
    form = PersonForm(prefix="me-")
    if not form.validate():
        return _profile(person=form)
    changes = {name: form[name].data or "" for name in ("first_name", "last_name", "telephone")}
    try:
        parts().directory.change_user(_person().user_id, changes, key=form.key.data)
    except Refused as refused:
        return _profile(person=form, person_problem=blame(form, refused), status=refused.status)
    except PartDown as down:
        return _profile(person=form, person_problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("Your details are saved."), "done")
    return redirect(url_for("web.profile"))


def _profile(
    business: ProfileForm | None = None, person: PersonForm | None = None, status: int = 0, **problems: str
) -> Answer:
    """The page with both forms; the one not sent shows what is stored."""
    wrong = 422 if business or person else 200
    if business is None:
        entity = parts().directory.entity(my_business().entity_id)
        # Without form data: the other form of the page was sent.
        business = ProfileForm(formdata=None, data=_stored(entity))
    if person is None:
        person = PersonForm(formdata=None, prefix="me-", data=parts().directory.user(_person().user_id))
    page = render_template("profile.html", business=business, person=person, **problems)
    return page, status or wrong


def _stored(entity: Document) -> Document:
    preferences = entity.get("preferences") or {}
    return {
        **entity,
        "daily_match_mail": preferences.get("daily_match_mail", False),
        "contact_mail": preferences.get("contact_mail", True),
    }


def _person() -> Login:
    login = current()
    if login is None:
        raise Forbidden
    return login


@bp.route("/trading-application", methods=["GET", "POST"])
@allow("member")
@acts("owner")
def apply_for_trading() -> Answer:
    """From listed to trading member; an administrator decides."""
    business = my_business()
    if business.status not in ("accepted", "tradingRejected", ""):
        flash(gettext("You can't apply at the moment: your home page says where you stand."), "bad")
        return redirect(url_for("web.dashboard"))
    form = TradingForm()
    if not form.sent:
        return render_template("trading_application.html", form=_prefilled(business), problem="")
    if not form.validate():
        return render_template("trading_application.html", form=form, problem=""), 422
    return _apply(business, form)


def _agreed() -> dict[str, str]:
    """The version of the agreement that the form is about, when there is one."""
    version: str = current_app.config["GATEWAY"].terms_version
    return {"terms_version": version} if version else {}


def _prefilled(business: Membership) -> TradingForm:
    person = parts().directory.user(_person().user_id)
    entity = parts().directory.entity(business.entity_id)
    own = {"first_name": person.get("first_name"), "last_name": person.get("last_name")}
    return TradingForm(data={**entity, **own, "person_telephone": person.get("telephone")})


def _apply(business: Membership, form: TradingForm) -> Answer:
    person = {
        "first_name": form.first_name.data,
        "last_name": form.last_name.data,
        "telephone": form.person_telephone.data,
    }
    entity = {name: form[name].data or "" for name in form.BUSINESS}
    directory = parts().directory
    try:
        # Each has its own key: a repeat of the form repeats both, harmlessly.
        directory.change_user(_person().user_id, person, key=f"{form.key.data}-me")
        directory.change_entity(business.entity_id, entity, key=f"{form.key.data}-business")
        directory.apply_for_trading(business.entity_id, _agreed(), key=form.key.data)
    except Refused as refused:
        problem = blame(form, refused)
        return render_template("trading_application.html", form=form, problem=problem), refused.status
    except PartDown as down:
        problem = words_for_unknown_outcome(down)
        return render_template("trading_application.html", form=form, problem=problem), 503
    flash(gettext("Your application is on its way. You get a mail when it is decided."), "done")
    return redirect(url_for("web.dashboard"))
