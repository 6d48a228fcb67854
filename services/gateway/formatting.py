"""Texts that administrators write, as paragraphs: a little markup, and nothing of it can be more than that. Pure.

`# ` and `## ` begin headings, `- ` an item of a list, `**` goes round what is bold; addresses of pages and mails become
links. Everything else is text and is escaped.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

_INLINE = re.compile(
    r"\*\*(?P<bold>[^*\n]{1,500})\*\*"
    r"|(?P<link>https?://[^\s<>\"]{1,500})"
    r"|(?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
)
_ENDS_A_SENTENCE = ".,;:!?)"
_HEADINGS = {"# ": Markup("<h2>{}</h2>"), "## ": Markup("<h3>{}</h3>")}
_ITEM = "- "


def formatted(text: str) -> Markup:
    """The text as HTML."""
    lines = (line.rstrip() for line in text.split("\n"))
    return Markup("\n").join(block for kind, group in groupby(lines, _kind) for block in _blocks(kind, list(group)))


def _kind(line: str) -> str:
    return next((mark for mark in (*_HEADINGS, _ITEM) if line.startswith(mark)), "text" if line else "")


def _blocks(kind: str, lines: list[str]) -> Iterator[Markup]:
    """Of lines of the same kind that follow one another."""
    if kind in _HEADINGS:
        yield from (_HEADINGS[kind].format(_inline(line.removeprefix(kind))) for line in lines)
    elif kind == _ITEM:
        items = (Markup("<li>{}</li>").format(_inline(line.removeprefix(_ITEM))) for line in lines)
        yield Markup("<ul>{}</ul>").format(Markup("").join(items))
    elif kind:
        yield Markup("<p>{}</p>").format(Markup("<br>").join(map(_inline, lines)))


def _inline(line: str) -> Markup:
    told, end = Markup(""), 0
    for found in _INLINE.finditer(line):
        told += escape(line[end : found.start()]) + _marked(found)
        end = found.end()
    return told + escape(line[end:])


def _marked(found: re.Match[str]) -> Markup:
    if bold := found["bold"]:
        return Markup("<strong>{}</strong>").format(bold)
    if mail := found["mail"]:
        return Markup('<a href="mailto:{0}">{0}</a>').format(mail)
    # What ends the sentence is not of the address.
    address = found["link"].rstrip(_ENDS_A_SENTENCE)
    rest = found["link"].removeprefix(address)
    return Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>{1}').format(address, rest)
