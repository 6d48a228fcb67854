"""A message as a mail: the words from one template a kind and language, laid out as plain text and as HTML.

The words are written once, as text. The HTML part is made of the finished paragraphs, each escaped as a whole, so
nothing that somebody typed can become markup; and whatever somebody typed is brought on one line first, so it can
neither start a header nor a paragraph.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.notifier.languages import DEFAULT, LANGUAGES

BODY = "body"
"""The one value that may have several lines."""
_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})
_LONGEST_SUBJECT = 200
_ALIKE = frozenset(
    {"auto-submitted", "list-unsubscribe-post", "mime-version", "content-type", "content-transfer-encoding"}
)
_ALIKE_AT_MOST = 64


class _WholeHeader(UniqueUnstructuredHeader):
    """A link on one line, however long: folding would encode it, and no mail program reads it then."""

    def fold(self: Any, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Headers(HeaderRegistry):
    """The same classes of headers, made once: Python makes one for each header of each mail, a fifth of its cost.

    Headers that most mails have alike are made once too; nobody can change a header that was made.
    """

    def __init__(self) -> None:
        super().__init__()
        self.map_to_type("list-unsubscribe", _WholeHeader)  # type: ignore[arg-type]
        self._made: dict[str, Any] = {}
        self._alike = lru_cache(_ALIKE_AT_MOST)(super().__call__)

    def __call__(self, name: str, value: Any) -> Any:
        return self._alike(name, value) if name.lower() in _ALIKE else super().__call__(name, value)

    def __getitem__(self, name: str) -> Any:
        if (key := name.lower()) not in self._made:
            self._made[key] = super().__getitem__(name)
        return self._made[key]


_POLICY = SMTP.clone(header_factory=_Headers())


class BadAddress(ValueError):
    """Not an address that a mail can be sent to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a message says, before layout."""

    language: str
    subject: str
    paragraphs: tuple[str, ...]
    label: str
    link: str
    greeted: str
    preferences: str
    unsubscribe: str
    """Where one stops mails of this group; empty: they can't be stopped."""
    because: str
    """Why one gets it."""
    network: str


def one_line(text: str) -> str:
    """`text` on one line: line ends, controls and runs of spaces become one space."""
    if text.isprintable():
        return " ".join(text.split())
    spaced = "".join(" " if unicodedata.category(char) in _BREAKING else char for char in text)
    return " ".join(spaced.split())


class Stationery:
    """The templates and the layout. `language`: of those who chose none."""

    def __init__(self, public_url: str, network_name: str, language: str = DEFAULT) -> None:
        self._language = language
        self._network = one_line(network_name)
        self._public_url = public_url.rstrip("/")
        loader = PackageLoader("services.notifier")
        options: dict[str, Any] = {"loader": loader, "undefined": StrictUndefined}
        # Plain text has no markup to escape from; the HTML layout escapes all that it is given.
        self._text = Environment(autoescape=False, **options)  # noqa: S701
        self._html = Environment(autoescape=True, trim_blocks=True, **options)

    def language(self, chosen: str = "") -> str:
        """The language that was chosen; the default where none was, or one that there is no more."""
        return chosen if chosen in LANGUAGES else self._language

    def words(self, kind: str, values: Mapping[str, Any], language: str, stop: str = "") -> Words:
        """What a message of `kind` says. Texts in `values` are brought on one line. `stop`: token of a link."""
        clean = {name: _clean(name, value) for name, value in values.items()}
        template = self._text.get_template(f"{language}/{kind}.txt")
        context = template.new_context(clean)
        said = {name: "".join(block(context)).strip() for name, block in template.blocks.items()}
        return Words(
            language=language,
            subject=one_line(said["subject"])[:_LONGEST_SUBJECT],
            paragraphs=tuple(said["words"].split("\n\n")),
            label=said["label"],
            link=self._public_url + said["path"] if said["path"] else "",
            greeted=clean["greeted"],
            preferences=f"{self._public_url}/settings/notifications",
            unsubscribe=f"{self._public_url}/unsubscribe/{stop}" if stop else "",
            because=LANGUAGES[language].because.format(why=clean["why"]),
            network=self._network,
        )

    def headline(self, kind: str, values: Mapping[str, Any], language: str) -> tuple[str, str]:
        """What a message of `kind` says in one line, and the path that it leads to (empty: none)."""
        template = self._text.get_template(f"{language}/{kind}.txt")
        context = template.new_context({name: _clean(name, value) for name, value in values.items()})
        subject, path = ("".join(template.blocks[block](context)).strip() for block in ("subject", "path"))
        return one_line(subject)[:_LONGEST_SUBJECT], path

    def text(self, words: Words) -> str:
        """The plain-text part."""
        return self._text.get_template("layout.txt").render(_fields(words))

    def html(self, words: Words) -> str:
        """The HTML part."""
        return self._html.get_template("layout.html").render(_fields(words))


def _clean(name: str, value: Any) -> Any:
    """Text on one line; what a person wrote to another as its lines, each on one."""
    if name == BODY:
        return [line for each in str(value).splitlines() if (line := one_line(each))]
    if isinstance(value, Mapping):
        return {key: _clean(key, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_clean("", each) for each in value]
    return one_line(value) if isinstance(value, str) else value


def _fields(words: Words) -> dict[str, Any]:
    return {name: getattr(words, name) for name in Words.__slots__} | {"said": LANGUAGES[words.language]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """To whom, from whom, which and when."""

    sender: str
    """`Name <address>`."""
    name: str
    address: str
    message_id: str
    at: datetime
    reply_to: str = ""
    """Where an answer goes, when not to the sender."""


def as_mail(envelope: Envelope, words: Words, stationery: Stationery) -> EmailMessage:
    """The mail. The same message always carries the same Message-ID. Raises BadAddress."""
    mail = EmailMessage(policy=_POLICY)
    sender = _sender(envelope.sender)
    mail["From"] = sender
    mail["To"] = _address(envelope.name, envelope.address)
    if envelope.reply_to:
        mail["Reply-To"] = _address("", envelope.reply_to)
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = f"<{envelope.message_id}@{sender.addresses[0].domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if words.unsubscribe:
        mail["List-Unsubscribe"] = f"<{words.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(stationery.text(words))
    mail.add_alternative(stationery.html(words), subtype="html")
    # Else one is made and searched for in the whole text.
    mail.set_boundary(f"={envelope.message_id}=")
    return mail


@lru_cache(8)
def _sender(text: str) -> Any:
    return _POLICY.header_factory("From", _address(*parseaddr(text)))


def _address(name: str, address: str) -> Address:
    try:
        parsed = Address(display_name=one_line(name), addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise BadAddress("not a mail address") from error
    if not parsed.domain or one_line(address) != address:
        raise BadAddress("not a mail address")
    return parsed
