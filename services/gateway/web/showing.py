"""What others see of my business: its picture, where it is, who sees which field."""

from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_privacy import PictureForm, RemovePictureForm, ShownForm
from services.gateway.permissions import acts
from services.gateway.session import parts
from services.gateway.uploads import UPLOAD_BYTES
from services.gateway.web.blueprint import bp
from services.gateway.web.members import my_business
from services.gateway.web.refusals import blame, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]

_FOR_EVER = "public, max-age=31536000, immutable"


@bp.get("/profile/shown")
@allow("member")
def shown() -> Answer:
    """The page with its forms."""
    return _page()


@bp.post("/profile/shown")
@allow("member")
@acts("operator")
def change_shown() -> Answer:
    """Save who sees what, and where it is."""
    form = ShownForm()
    if not form.validate():
        return _page(form=form)
    if bool(form.latitude.data) != bool(form.longitude.data):
        form.blame("longitude" if form.latitude.data else "latitude", gettext("Give both, or none."))
        return _page(form=form)
    try:
        parts().directory.change_entity(my_business().entity_id, _changes(form), key=form.key.data)
    except Refused as refused:
        return _page(form=form, problem=blame(form, refused), status=refused.status)
    except PartDown as down:
        return _page(form=form, problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("Saved: that is what others see from now on."), "done")
    return redirect(url_for("web.shown"))


def _changes(form: ShownForm) -> dict[str, Any]:
    given = form.latitude.data and form.longitude.data
    place = {"latitude": form.latitude.data, "longitude": form.longitude.data} if given else None
    return {
        "visibility": {name: form[name].data for name in form.VISIBLE},
        "declared_turnover": int(form.turnover.data) if form.turnover.data else None,
        "place": place,
    }


@bp.post("/profile/picture")
@allow("member")
@acts("operator")
def change_picture() -> Answer:
    """Take a new picture."""
    form = PictureForm()
    sent = request.files.get("picture")
    raw = sent.stream.read(UPLOAD_BYTES) if sent else b""
    if not form.validate() or not raw:
        form.blame("picture", gettext("Choose a picture first."))
        return _page(picture=form)
    try:
        parts().directory.set_picture(my_business().entity_id, raw, key=form.key.data)
    except Refused as refused:
        return _page(picture=form, picture_problem=blame(form, refused), status=refused.status)
    except PartDown as down:
        return _page(picture=form, picture_problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("Your picture is saved."), "done")
    return redirect(url_for("web.shown"))


@bp.post("/profile/picture/remove")
@allow("member")
@acts("operator")
def remove_picture() -> Answer:
    """Have none any more."""
    parts().directory.remove_picture(my_business().entity_id)
    flash(gettext("Your picture is removed."), "done")
    return redirect(url_for("web.shown"))


@bp.get("/pictures/<name>-<int:size>.webp")
@allow("public")
def picture(name: str, size: int) -> Response:
    """A picture. Under its name there is never another one, so browsers may keep it for good."""
    tag = f"{name}-{size}"
    response = FlaskResponse(status=304)
    if tag not in request.if_none_match:
        response = FlaskResponse(parts().directory.picture(name, size), content_type="image/webp")
    response.set_etag(tag)
    response.headers["Cache-Control"] = _FOR_EVER
    return response


def _page(
    form: ShownForm | None = None, picture: PictureForm | None = None, status: int = 0, **problems: str
) -> Answer:
    wrong = 422 if form or picture else 200
    entity = parts().directory.entity(my_business().entity_id)
    if form is None:
        form = ShownForm(formdata=None, data=_stored(entity))
    picture = picture or PictureForm(formdata=None)
    remove = RemovePictureForm(formdata=None)
    page = render_template(
        "shown.html", entity=entity, form=form, picture=picture, remove=remove, **{"problem": "", **problems}
    )
    return page, status or wrong


def _stored(entity: Document) -> Document:
    place = entity.get("place") or {}
    given = place if place.get("source") == "given" else {}
    turnover = entity.get("declared_turnover")
    return {
        **(entity.get("visibility") or {}),
        "turnover": "" if turnover is None else str(turnover),
        "latitude": given.get("latitude", ""),
        "longitude": given.get("longitude", ""),
    }
