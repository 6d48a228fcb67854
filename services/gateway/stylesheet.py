"""The one stylesheet of the pages: what they use of Bootstrap, then all of ours. Pure: texts in, a text out.

Made from the installed Bootstrap when the gateway starts, so there is nothing to build, and nothing that can be old.
A rule stays when each of its classes is a word of some template, and a variable when something reads it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[A-Za-z][\w-]*")
_CLASS = re.compile(r"\.(-?[A-Za-z][\w-]*)")
_NEGATED = re.compile(r":not\([^()]*\)")
"""What a selector wants absent need not be there."""
_BETWEEN_SELECTORS = re.compile(r",(?![^()]*\))")
_READ = re.compile(r"var\(\s*(--[\w-]+)")
_VARIABLE = re.compile(r"(--[\w-]+)\s*:")
_AFTER_DECLARATION = re.compile(r";(?![^()]*\))")
"""Not in `url(data:…;…)`."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Rule:
    """`head { … }`: of declarations, or of rules (`@media`)."""

    head: str
    declarations: tuple[str, ...] = ()
    rules: tuple["_Rule", ...] = ()

    def __str__(self) -> str:
        return f"{self.head}{{{';'.join(self.declarations)}{''.join(map(str, self.rules))}}}"


def words_of(*texts: str) -> frozenset[str]:
    """Whatever may be the name of a class in them."""
    return frozenset(word for text in texts for word in _WORD.findall(text))


def classes_of(css: str) -> frozenset[str]:
    """The classes that a stylesheet speaks of."""
    return frozenset(name for rule in _leaves(_parsed(css)) for name in _CLASS.findall(rule.head))


def used_of(css: str, words: frozenset[str], also: str = "") -> str:
    """The rules of `css` that pages with these words can need; `also` is a stylesheet that reads its variables."""
    kept = tuple(_used(_parsed(css), words))
    while True:
        read = frozenset(_READ.findall("".join(map(str, kept)) + also))
        fewer = tuple(_read_only(kept, read))
        if fewer == kept:
            return "".join(map(str, kept))
        kept = fewer


def shortened(css: str) -> str:
    """The same without comments and needless space."""
    return _SPACE.sub(" ", _COMMENT.sub("", css)).strip()


def _used(rules: tuple[_Rule, ...], words: frozenset[str]) -> Iterator[_Rule]:
    for rule in rules:
        if rule.head.startswith(("@media", "@supports")):
            if inner := tuple(_used(rule.rules, words)):
                yield _Rule(rule.head, rules=inner)
        elif rule.head.startswith("@keyframes"):
            if rule.head.split()[-1] in words:
                yield rule
        elif selectors := [each for each in _BETWEEN_SELECTORS.split(rule.head) if _can_match(each, words)]:
            yield _Rule(",".join(selectors), rule.declarations)


def _can_match(selector: str, words: frozenset[str]) -> bool:
    return frozenset(_CLASS.findall(_NEGATED.sub("", selector))) <= words


def _read_only(rules: tuple[_Rule, ...], read: frozenset[str]) -> Iterator[_Rule]:
    """Without variables that nothing reads, and without what is empty then."""
    for rule in rules:
        declarations = tuple(each for each in rule.declarations if _is_read(each, read))
        inner = tuple(_read_only(rule.rules, read))
        if declarations or inner:
            yield _Rule(rule.head, declarations, inner)


def _is_read(declaration: str, read: frozenset[str]) -> bool:
    variable = _VARIABLE.match(declaration)
    return variable is None or variable[1] in read


def _leaves(rules: tuple[_Rule, ...]) -> Iterator[_Rule]:
    for rule in rules:
        yield from _leaves(rule.rules) if rule.rules else (rule,)


def _parsed(css: str) -> tuple[_Rule, ...]:
    """The rules of a stylesheet in its order. It is Bootstrap's or ours: both balance their braces."""
    text = _COMMENT.sub("", css)
    rules: list[_Rule] = []
    at = 0
    while (opened := text.find("{", at)) >= 0:
        # `@charset` and the like end with a semicolon before the next rule.
        head = text[at:opened].rpartition(";")[2].strip()
        closed = _closing(text, opened)
        body = text[opened + 1 : closed].strip()
        rules.append(_Rule(head, rules=_parsed(body)) if "{" in body else _Rule(head, _declarations(body)))
        at = closed + 1
    return tuple(rules)


def _closing(text: str, opened: int) -> int:
    depth = 0
    for found in re.compile(r"[{}]").finditer(text, opened):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    raise ValueError("a stylesheet ends inside a rule")


def _declarations(body: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in _AFTER_DECLARATION.split(body) if each.strip())
