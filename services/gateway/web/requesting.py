"""Asking for payment by an address: a link or a square code that opens the form of payment, filled in."""

from typing import Any
from urllib.parse import urlsplit

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.amounts import text as plain_figure
from services.gateway.forms import LinkForm
from services.gateway.network import unit_name
from services.gateway.permissions import acts
from services.gateway.squares import square_of
from services.gateway.web.blueprint import bp
from services.gateway.web.members import my_business, trades
from services.gateway.web.naming import digits

Answer = str | Response | tuple[str, int]

_ASKED = ("amount", "text")


@bp.get("/pay/<number>")
@allow("member")
@acts("operator")
def pay_by_link(number: str) -> Response:
    """The form of payment, filled in as the link says; who owns the account sees the link itself."""
    if digits(number) != number:
        abort(404)
    asked: dict[str, Any] = {name: request.args[name] for name in _ASKED if request.args.get(name)}
    if number == my_business().account:
        flash(gettext("This is your own link: send it to whoever is to pay you."), "done")
        return redirect(url_for("web.payment_link", **asked))
    return redirect(url_for("web.new_transfer", to=number, by="link", **asked))


@bp.get("/payment-link")
@allow("member")
def payment_link() -> Answer:
    """A link and a square code by which others pay one's business; amount and text may be in it."""
    business = my_business()
    if not trades(business):
        flash(gettext("Only trading members pay in %(unit)s. Below is where you stand.", unit=unit_name()), "bad")
        return redirect(url_for("web.dashboard"))
    form = LinkForm(formdata=request.args, meta={"csrf": False})
    if not form.validate():
        return render_template("payment_link.html", form=form), 422
    asked: dict[str, Any] = {}
    if form.amount.minor:
        asked["amount"] = plain_figure(form.amount.minor)
    if form.text.data:
        asked["text"] = form.text.data
    address = absolute(url_for("web.pay_by_link", number=business.account, **asked))
    return render_template("payment_link.html", form=form, address=address, square=square_of(address))


def absolute(path: str) -> str:
    """An address of this site for elsewhere: for mail, paper, another telephone."""
    public = urlsplit(current_app.config["GATEWAY"].public_url)
    return f"{public.scheme}://{public.netloc}{path}"
