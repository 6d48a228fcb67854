"""The query language: one line such as `organic veg city:Derry within:20 has:offers balance>=100.00`. Pure.

A filter is a name, a colon and a value, in quotes when there is a blank in it; figures are compared with >= and <=;
everything else is free text. A line says no more than the separate parameters do: it is taken apart into them, so both
ways have the same rules and the same refusals. Amounts are written in credits, as people do, and become minor units.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

LONGEST = 300
"""Characters of a line."""

FIGURES: Mapping[str, str] = {"balance": "balance", "max-negative": "max_negative", "max-positive": "max_positive"}
FILTERS: Mapping[str, str] = {
    "offers": "offers",
    "wants": "wants",
    "name": "name",
    "category": "category",
    "city": "city",
    "region": "region",
    "country": "country",
    "near": "near",
    "within": "within",
    "has": "has",
    "status": "status",
    "email": "email",
    "account": "account",
    "since": "tagged_since",
    "is": "is",
    "sort": "sort",
}
_MEANT = {
    "town": "city",
    "place": "near",
    "categories": "category",
    "radius": "within",
    "offer": "offers",
    "want": "wants",
}
_COLLECTED = ("offers", "wants", "name", "category", "has", "status")

_PIECE = re.compile(
    r'\s*(?:(?P<key>[A-Za-z][A-Za-z_-]*)(?P<sign>:|>=|<=|=|>|<))?(?:"(?P<quoted>[^"]*)(?P<end>"?)|(?P<bare>[^\s"]*))'
)
_AMOUNT = re.compile(r"([+\-\u2212]?)(\d{1,12})(?:\.(\d{1,2}))?(?:cr|credits)?", re.ASCII)


class LineInvalid(Exception):
    """A line can't be understood; says what, where, and what to write instead."""


@dataclass(frozen=True, slots=True)
class _Piece:
    key: str
    sign: str
    value: str
    quoted: bool
    at: int


def expanded(line: str) -> dict[str, str]:
    """The parameters that a line stands for; its free text is `text`. Raises LineInvalid."""
    if len(line) > LONGEST:
        raise LineInvalid(f"A search has at most {LONGEST} characters; this one has {len(line)}. Leave words out.")
    parameters: dict[str, str] = {}
    words: list[str] = []
    for piece in _pieces(line):
        if piece.key:
            _add(parameters, piece)
        elif piece.value.strip():
            # What stands in quotes is one term, as a tag of several words is.
            words.append("-".join(piece.value.split()) if piece.quoted else piece.value)
    return {**parameters, **({"text": " ".join(words)} if words else {})}


def _pieces(line: str) -> Iterator[_Piece]:
    at = 0
    while at < len(line):
        found = _PIECE.match(line, at)
        if found is None or found.end() == at:
            # A quote in the middle of a word: it is no letter of any word.
            at += 1
            continue
        start = at + len(found[0]) - len(found[0].lstrip())
        quoted = found["quoted"] is not None
        if quoted and not found["end"]:
            raise LineInvalid(f"The quotes that open at character {start + 1} don't close. Write one more \".")
        yield _Piece(
            found["key"] or "", found["sign"] or "", found["quoted"] if quoted else found["bare"], quoted, start
        )
        at = found.end()


def _add(parameters: dict[str, str], piece: _Piece) -> None:
    key = piece.key.lower().replace("_", "-")
    where = f"“{piece.key}{piece.sign}{piece.value}” (character {piece.at + 1})"
    if key in FIGURES:
        _add_figure(parameters, FIGURES[key], piece, where)
        return
    if key not in FILTERS:
        raise LineInvalid(f"At {where}: there is no filter “{piece.key}”. {_instead(key)}")
    if piece.sign not in (":", "="):
        raise LineInvalid(f"At {where}: “{key}” can't be compared. Write {key}:… instead.")
    if not piece.value.strip():
        raise LineInvalid(f"At {where}: “{key}” needs a value. Write it after the colon, without a blank: {key}:….")
    name = FILTERS[key]
    if name in parameters and name not in _COLLECTED:
        raise LineInvalid(f"At {where}: “{key}” was given before. Give it once.")
    parameters[name] = ",".join(filter(None, [parameters.get(name, ""), piece.value.strip()]))


def _instead(key: str) -> str:
    if key in _MEANT:
        return f"Write {_MEANT[key]}:… instead."
    return f"Filters are {', '.join([*FILTERS, *FIGURES])}. To look for the words themselves, put them in quotes."


def _add_figure(parameters: dict[str, str], name: str, piece: _Piece, where: str) -> None:
    if piece.sign in ("<", ">"):
        raise LineInvalid(f"At {where}: only >= and <= are known. Write {piece.key}{piece.sign}={piece.value}.")
    sign = piece.sign if piece.sign in (">=", "<=") else ""
    bounds = [f"{sign}{_minor(part, where)}" for part in _ends(piece.value)]
    if len(bounds) == 2:
        bounds = [f">={bounds[0]}", f"<={bounds[1]}"]
    parameters[name] = " ".join(filter(None, [parameters.get(name, ""), *bounds]))


def _ends(value: str) -> list[str]:
    """`10..50` is from 10 to 50."""
    return value.split("..", 1)


def _minor(text: str, where: str) -> int:
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise LineInvalid(f"At {where}: this is no amount. Write credits with at most two decimals, such as 25.50.")
    try:
        amount = Decimal(f"{found[2]}.{found[3] or '0'}").scaleb(2)
    except InvalidOperation as error:  # pragma: no cover -- the pattern allows twelve digits
        raise LineInvalid(f"At {where}: this is no amount.") from error
    return int(-amount if found[1] and found[1] != "+" else amount)
