"""Checks a proof that was downloaded from a ledger's pages, with nothing but Python: no network, none of our software.

    python check_proof.py PROOF.json [ROOT ...]

PROOF.json: of an event or a transfer, or that one head continues another. ROOT: of heads that you kept elsewhere, or
got from somebody else: without one the file proves only that it fits together. Hashes: RFC 9162, with SHA-256.
"""
# ruff: noqa: INP001 -- a file to be downloaded, no module of ours

import hashlib
import json
import sys
from pathlib import Path
from typing import Any


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def need(holds: bool, why: str) -> None:
    if not holds:
        sys.exit(f"WRONG: {why}")


def root_of(leaf: bytes, index: int, size: int, path: list[str]) -> bytes:
    """RFC 9162, 2.1.3; the last of the path is the one below the root."""
    if size == 1 or not path:
        return leaf if size == 1 and not path else b""
    left, other = 1 << (size - 1).bit_length() - 1, bytes.fromhex(path[-1])
    if index < left:
        return sha(b"\1", root_of(leaf, index, left, path[:-1]), other)
    return sha(b"\1", other, root_of(leaf, index - left, size - left, path[:-1]))


def roots_of(first: int, second: int, path: list[str], old: bytes, *, whole: bool = True) -> tuple[bytes, bytes]:
    """RFC 9162, 2.1.4: the roots of both trees, worked out from the path between them; `old` is the smaller's own."""
    if first == second:
        known = old if whole else bytes.fromhex(path[0])
        return known, known
    left, other = 1 << (second - 1).bit_length() - 1, bytes.fromhex(path[-1])
    if first <= left:
        small, large = roots_of(first, left, path[:-1], old, whole=whole)
        return small, sha(b"\1", large, other)
    small, large = roots_of(first - left, second - left, path[:-1], old, whole=False)
    return sha(b"\1", other, small), sha(b"\1", other, large)


def check_event(each: dict[str, Any], proof: dict[str, Any]) -> None:
    position, leaf = each["position"], bytes.fromhex(each["leaf"])
    if each["event"] is not None:
        text = each["event"].encode()
        chained = sha(bytes.fromhex(each["prev_hash"]), position.to_bytes(8, "big"), text)
        need(chained == leaf, f"the hash of event {position} is not of its text and of all before it")
        need(json.loads(text)["sequence"] == f"{position:020}", f"event {position} says that it is another one")
    root = root_of(sha(b"\0", leaf), position - 1, proof["size"], each["path"])
    need(root.hex() == proof["root"], f"event {position} does not lead to the root")


def main(name: str, *kept: str) -> None:
    proof = json.loads(Path(name).read_bytes())
    if "events" in proof:
        for each in proof["events"]:
            check_event(each, proof)
        root, told = proof["root"], f"{len(proof['events'])} event(s) among the first {proof['size']}"
    else:
        old = bytes.fromhex(proof["first_root"])
        small, large = roots_of(proof["first"], proof["second"], proof["path"], old)
        need(small == old, "the path does not come from the older head")
        need(large.hex() == proof["second_root"], "the path does not lead to the newer head")
        root, told = proof["first_root"], f"the first {proof['first']} of {proof['second']} events are unchanged"
    need(not kept or root in kept, f"the root {root} is none of those that you kept")
    sys.stdout.write(f"HOLDS: book {proof['book']}, {told}, root {root}{'' if kept else ' (compare it!)'}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
