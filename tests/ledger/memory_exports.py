"""Exports of a book in memory: the same frame and lines, from a list."""

from collections.abc import Iterator

import orjson

from services.ledger.store.exports import Lines, Part
from services.ledger.store.tree import TreeHead
from tests.ledger.heads import a_head_key
from tests.ledger.memory_proofs import MemoryProofs, inclusion


class MemoryExport:
    """Of a `fakes.MemoryStore`; a head that is wanted is signed at once."""

    def __init__(self, store, proofs: MemoryProofs) -> None:
        self._store, self._proofs, self.book = store, proofs, store.book

    def state(self) -> tuple[int, str | None]:
        return self._store.head.position, None

    def fresh_head(self, position: int, seconds: int) -> TreeHead | None:
        self._proofs.want_head()
        return self._proofs.newest_head()

    def part(self, first: int, last: int) -> Part:
        head, hashes = self._proofs.covering_head(last), [event.hash for event in self._store.events]
        key = orjson.loads(a_head_key().jwk) | {"kid": a_head_key().kid}
        path = inclusion(last - 1, hashes[: head.size])
        prev_hash = self._store.events[first - 1].prev_hash
        return Part(self.book, None, first, last, prev_hash, hashes[last - 1], [key], head, path)

    def lines(self, first: int, last: int, page: int) -> Iterator[Lines]:
        heads = {head.size: head.jws for head in self._proofs.heads(None, last)}
        for event in self._store.events[first - 1 : last]:
            content = f'{{"event":{event.body},"hash":"{event.hash.hex()}"}}\n'
            content += f'{{"head":"{heads[event.position]}"}}\n' if event.position in heads else ""
            yield Lines(1, int(event.position in heads), content.encode())

    def close(self) -> None:
        pass
