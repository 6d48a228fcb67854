"""What a business keeps about others (favourites, notes), and mail to one whose address is hidden."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.permissions import acts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import OF_ENTITIES, both
from services.gateway.schemas import Entity
from services.gateway.schemas_catalogue import Favourite, FavouriteQuery, NewFavourite, NewMessage, Note, NoteText
from services.gateway.scopes import DIRECTORY


@bp.get("/favorites")
@allow("member")
@operation(
    "What a business of one's own has marked, newest first",
    query=FavouriteQuery(),
    data=Entity(),
    listed=True,
    cursor="after",
    codes=OF_ENTITIES,
)
def favourites(query: Document) -> Listed:
    """Those not listed any more are left out."""
    found = session.parts().directory.favourites(query.pop("querying_entity_id"), **query)
    return Listed(found["entities"], found["total"], query["page_size"], found.get("next"))


@bp.post("/favorites")
@allow("member")
@acts("operator")
@operation(
    "Mark a business, or take the mark away",
    body=NewFavourite(),
    data=Favourite(),
    scope=DIRECTORY,
    codes=both(OF_ENTITIES, {422: ("favourites.too_many",)}),
    keyed=True,
)
def set_favourite(body: Document, key: str | None) -> Document:
    """A repeat changes nothing."""
    mine, other = body["add_to_entity_id"], body["favorite_entity_id"]
    return session.parts().directory.set_favourite(mine, other, favourite=body["is_favorite"], key=key)


@bp.post("/send-email")
@allow("member")
@acts("operator")
@operation(
    "Mail a text to a business whose address is hidden",
    body=NewMessage(),
    keyed=True,
    scope=DIRECTORY,
    codes=both(OF_ENTITIES, {422: ("contact.not_accepted", "contact.switched_off"), 429: ("contact.too_often",)}),
)
def send_email(body: Document, key: str | None) -> None:
    """The sender's own address is where answers go."""
    session.parts().directory.contact(
        body["sender_entity_id"],
        receiver=body["receiver_entity_id"],
        body=body["body"],
        copy_to_me=body["copy_to_sender"],
        key=key,
    )


@bp.post("/contact-reports/<token>")
@allow("public")
@operation("Say by the link in a message that it should not have been sent", codes={404: ("reset.invalid",)})
def report_contact(token: str) -> None:
    """Administrators see it in the log."""
    session.visitor_parts().directory.report_contact(token)


@bp.get("/user/entities/<entity_id>/notes/<other_id>")
@allow("member")
@operation("The private note of a business of one's own about another one", data=Note(), codes=OF_ENTITIES)
def note(entity_id: str, other_id: str) -> Document:
    """Its own people alone see it."""
    return session.parts().directory.note(entity_id, other_id)


@bp.put("/user/entities/<entity_id>/notes/<other_id>")
@allow("member")
@acts("operator")
@operation(
    "Keep a private note about a business",
    body=NoteText(),
    data=Note(),
    scope=DIRECTORY,
    codes=OF_ENTITIES,
    matched="etag",
)
def keep_note(entity_id: str, other_id: str, body: Document) -> Document:
    """An empty text removes it."""
    return session.parts().directory.keep_note(entity_id, other_id, body["text"])
