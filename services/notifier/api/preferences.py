"""What a business wants to hear of, by which channel and when: chosen by those who act for it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app

from services.chassis.clock import rfc3339
from services.chassis.web import allow, answer, body, caller
from services.notifier.api.blueprint import bp, nothing_there, the_store
from services.notifier.api.commands import Told, Work, once
from services.notifier.languages import LANGUAGES
from services.notifier.mail import Stationery
from services.notifier.preferences import preference_of
from services.notifier.schemas import Chosen, preference_view
from services.notifier.store import Session

_CHOSEN = Chosen()


@bp.get("/entities/<entity_id>/preferences")
@allow("member", "admin")
def preferences(entity_id: str) -> Response:
    """What it chose, and what holds where it chose nothing."""
    _only_who_may_look(entity_id)
    return answer(_offered(the_store().preferences.of(entity_id)))


@bp.put("/entities/<entity_id>/preferences")
@allow("member")
def choose_preferences(entity_id: str) -> Response:
    """Choose, all at once; answers what holds now."""
    chosen, preferences = body(_CHOSEN), the_store().preferences

    def choose(session: Session) -> Told:
        preferences.choose(entity_id, chosen, session)
        return Told(document=_offered(preferences.of(entity_id, session)), subjects=(f"entity:{entity_id}",))

    def prepare() -> Work:
        if entity_id not in caller().entities:
            raise nothing_there()
        return choose

    return once(chosen, prepare)


@bp.get("/entities/<entity_id>/last-digest")
@allow("member", "admin")
def last_digest(entity_id: str) -> Response:
    """When the last daily mail that reached its server was made, if any."""
    _only_who_may_look(entity_id)
    made_at = the_store().records.last_digest(entity_id)
    return answer({"last_digest_at": rfc3339(made_at) if made_at else None})


def _only_who_may_look(entity_id: str) -> None:
    """Raises Problem."""
    asking = caller()
    if entity_id not in asking.entities | asking.viewed and "admin" not in asking.roles:
        raise nothing_there()


def view_of(entity_id: str) -> dict[str, object]:
    """What holds for a business."""
    return _view(the_store().preferences.of(entity_id))


def _view(chosen: Mapping[str, Any]) -> dict[str, object]:
    stationery: Stationery = current_app.extensions["stationery"]
    preference = preference_of(chosen, current_app.extensions["time_zone"])
    return preference_view(preference, stationery.language(preference.language))


def _offered(chosen: Mapping[str, Any]) -> dict[str, object]:
    """The same, with the languages to choose from."""
    languages = [{"code": code, "called": language.called} for code, language in LANGUAGES.items()]
    return {**_view(chosen), "languages": languages}
