"""The directory: tags and categories."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.gateway.calling import Document
from services.gateway.part import Part, segment


class Catalogue(Part):
    """Tags and categories; `kind` is `tags` or `categories`."""

    def terms(self, kind: str, **asked: Any) -> Document:
        """`{"terms": [Term], "total": n, "next"}` by name. Asked: prefix, fragment, letter, unused, page, page_size,
        after (the `next` of the page before)."""
        return self._get(f"/catalogue/{segment(kind)}", **asked)

    def letters(self) -> Mapping[str, int]:
        """How many categories there are under each letter."""
        found: Mapping[str, int] = self._get("/catalogue/categories/letters")["letters"]
        return found

    def term(self, kind: str, term_id: str) -> Document:
        """One Term with `holders`. Refused: term.unknown."""
        return self._get(f"/catalogue/{segment(kind)}/{segment(term_id)}")

    def create_term(self, kind: str, name: str, *, key: str | None = None) -> Document:
        """A new Term. Refused: term.taken."""
        return self._write("POST", f"/catalogue/{segment(kind)}", {"name": name}, key)

    def rename_term(self, kind: str, term_id: str, name: str, *, key: str | None = None) -> Document:
        """Term with `touched` and `merged`; the name of another one merges both. Refused: term.busy."""
        return self._write("PATCH", f"/catalogue/{segment(kind)}/{segment(term_id)}", {"name": name}, key)

    def merge_terms(self, kind: str, term_ids: Sequence[str], into: str, *, key: str | None = None) -> Document:
        """Term with `touched` and `merged`. Refused: term.busy."""
        body = {"term_ids": list(term_ids), "into": into}
        return self._write("POST", f"/catalogue/{segment(kind)}/merges", body, key)

    def remove_term(self, kind: str, term_id: str, *, key: str | None = None) -> Document:
        """Term with `touched`. Refused: term.busy."""
        return self._line.ask(self._asker, "DELETE", f"/catalogue/{segment(kind)}/{segment(term_id)}", key=key)

    def tag_suggestions(self) -> list[Document]:
        """`[{keep, merge, why}]`: pairs of tags that may be one."""
        found: list[Document] = self._get("/catalogue/tags/suggestions")["suggestions"]
        return found

    def tell_tags_apart(self, names: Sequence[str], *, key: str | None = None) -> Document:
        """These two are not the same thing."""
        return self._write("POST", "/catalogue/tags/dismissals", {"names": list(names)}, key)
