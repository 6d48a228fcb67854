"""What administrators do for trade: words for the same trade, what the network lacks, clearing, tags that are alike."""

from flask import Response

from services.chassis.web import allow
from services.gateway import lacking, session, streaming
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.schemas_catalogue import CategoryLetters
from services.gateway.schemas_work import (
    AlikeTags,
    Clearing,
    CountedTerm,
    CountedTermQuery,
    Insight,
    TagsApart,
    WordGroups,
    WordList,
    WordSuggestion,
)

_KIND = "/admin/<any(tags, categories):kind>"


@bp.get("/admin/words")
@allow("admin")
@operation("Words for the same trade", data=WordList())
def words() -> Document:
    """All groups that are in force."""
    return session.parts().matcher.words()


@bp.put("/admin/words")
@allow("admin")
@operation(
    "Replace the words for the same trade",
    body=WordGroups(),
    data=WordList(),
    keyed=True,
    notes="A complete list in place of that of `version`; matches follow at once.",
    codes={409: ("words.changed",)},
    matched="etag",
)
def put_words(body: Document, key: str | None) -> Document:
    """409 when there is a newer list: read it, and change that."""
    return session.parts().matcher.put_words(body["groups"], body["version"], key=key)


@bp.get("/admin/words/suggestions")
@allow("admin")
@operation("Pairs of tags that are often together", data=WordSuggestion(), listed=True)
def word_suggestions() -> Listed:
    """What the network itself would add to the words, 50 at most."""
    return Listed.whole(session.parts().matcher.word_suggestions()["suggestions"])


@bp.get("/admin/insight")
@allow("admin")
@operation("What the network lacks: wants nobody meets, offers nobody uses", data=Insight())
def insight() -> Document:
    """And what is wanted most, by town and month."""
    return session.parts().matcher.insight()


@bp.get("/admin/insight.csv")
@allow("admin")
@operation("The same as CSV", media=("text/csv",), notes="Columns: list, month, town, tag, members.")
def insight_file() -> Response:
    """One row a tag."""
    return streaming.csv_file([lacking.csv_of(session.parts().matcher.insight())], "insight.csv")


@bp.get("/admin/clearing")
@allow("admin")
@operation("Who is far from zero, and which real offers and wants would help", data=Clearing())
def clearing() -> Document:
    """The furthest first, the largest amounts first."""
    return session.parts().matcher.clearing()


@bp.get(_KIND)
@allow("admin", "coordinator")
@operation(
    "Tags or categories with how many have them",
    query=CountedTermQuery(),
    data=CountedTerm(),
    listed=True,
    cursor="after",
)
def counted_terms(kind: str, query: Document) -> Listed:
    """By name."""
    asked = {name: value for name, value in query.items() if value not in ("", False)}
    asked |= {"unused": "true"} if query["unused"] else {}
    found = session.parts().directory.terms(kind, **asked)
    return Listed(found["terms"], found["total"], query["page_size"], found.get("next"))


@bp.get(f"{_KIND}/<term_id>")
@allow("admin", "coordinator")
@operation("One tag or category, and how many a change would touch", data=CountedTerm())
def counted_term(kind: str, term_id: str) -> Document:
    """All businesses that have it, listed or not."""
    return session.parts().directory.term(kind, term_id)


@bp.get("/admin/tags/alike")
@allow("admin", "coordinator")
@operation("Pairs of tags that may be one", data=AlikeTags(), listed=True)
def tags_alike() -> Listed:
    """Merge them, or tell them apart."""
    return Listed.whole(session.parts().directory.tag_suggestions())


@bp.post("/admin/tags/apart")
@allow("admin", "coordinator")
@operation("These two tags are not the same thing: don't suggest it again", body=TagsApart(), keyed=True)
def tell_tags_apart(body: Document, key: str | None) -> None:
    """For everybody."""
    session.parts().directory.tell_tags_apart(body["names"], key=key)


@bp.get("/categories/letters")
@allow("public")
@operation("How many categories there are under each letter", data=CategoryLetters())
def category_letters() -> Document:
    """`#` is for all that begin with none."""
    return {"letters": dict(session.parts().directory.letters())}
