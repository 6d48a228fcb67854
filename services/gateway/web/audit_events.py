"""The ledger's events for auditors: a list with filters, and each one raw, with the proof that it is in the book."""

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from services.chassis.web import allow
from services.gateway import streaming
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.proven_events import Evidence, Raw, examined, proof_of, raw_event
from services.gateway.session import parts
from services.gateway.web.audit_asking import HINTS, LABELS, answered, asked_of
from services.gateway.web.audit_tables import SCREENS
from services.gateway.web.audit_views import PAGE_SIZE, cursor, more_link
from services.gateway.web.audit_words import EVENT_WORDS, accounts_in, event_words, findings, told
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card, names_of
from services.gateway.web.refusals import words_for_down

_NOT_SIGNED = ("proof.not_covered", "head.none")


@dataclass(frozen=True, slots=True)
class Seen:
    """An event, and its proof as far as there is one; else why there is none."""

    event: Document
    raw: Raw | None = None
    proof: Document | None = None
    evidence: Evidence | None = None
    trouble: str = ""


@bp.get("/auditor/events")
@allow("auditor", "admin")
def audit_events() -> WerkzeugResponse | tuple[str, int]:
    """All events, newest first, or those of a type, of an account, of a period; one is a number away."""
    if number := _number_asked():
        return redirect(url_for("web.audit_event", position=number))
    asked, after = asked_of("events"), cursor()
    found, problems = answered(
        asked, lambda: parts().ledger.audit("events", {**asked.query, "limit": PAGE_SIZE, "after": after or None})
    )
    events = told(found.value["rows"]) if found.value else []
    accounts = {number for event in events for number in accounts_in(event)}
    page = render_template(
        "audit_events.html",
        screens=SCREENS,
        asked=asked,
        problems=problems,
        labels=LABELS,
        hints=HINTS,
        types=EVENT_WORDS,
        found=found,
        events=events,
        event_words=event_words,
        names=names_of(accounts) if accounts else {},
        file=url_for("web.audit_csv", view="events", **asked.address),
        first=url_for("web.audit_events", **asked.given) if after else "",
        more=more_link("web.audit_events", found.value, **asked.given),
    )
    return page, 400 if problems else 200


@bp.get("/auditor/events/<int:position>")
@allow("auditor", "admin")
def audit_event(position: int) -> str:
    """One event: what it says, its very text, and its proof against the newest signed head."""
    seen = _seen(position)
    accounts = accounts_in(seen.event)
    head = card(parts().ledger.head).value
    return render_template(
        "audit_event.html",
        event=seen.event,
        event_words=event_words,
        raw=seen.raw,
        text=_indented(seen),
        proof=seen.proof,
        holds=seen.evidence is not None and seen.evidence.holds,
        findings=findings(seen.evidence) if seen.evidence else [],
        trouble=seen.trouble,
        names=names_of(accounts) if accounts else {},
        last=head["position"] if head else position,
    )


@bp.get("/auditor/events/<int:position>.<any(json, ndjson):kind>")
@allow("auditor", "admin")
def audit_event_file(position: int, kind: str) -> Response:
    """The event with its proof: for `check_proof.py`, or as an export of it alone, for `mccs-audit`."""
    if kind == "ndjson":
        return streaming.passed_on(parts().ledger.export(first=position, last=position))
    ledger = parts().ledger
    return proof_file(proof_of(raw_event(ledger, position), ledger.inclusion(position=position)), f"event-{position}")


def proof_file(proof: Document, name: str) -> Response:
    """A proof as a file to be kept."""
    content = orjson.dumps(proof, option=orjson.OPT_INDENT_2)
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return Response(content, content_type="application/json", headers=headers)


def _number_asked() -> int:
    text = request.args.get("number", "").replace(",", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _seen(position: int) -> Seen:
    ledger = parts().ledger
    try:
        raw = raw_event(ledger, position)
    except PartDown as down:
        return Seen(_listed(position), trouble=words_for_down(down))
    except Refused as refused:
        if refused.code not in _NOT_SIGNED:
            raise
        return Seen(_listed(position))
    inclusion = card(lambda: ledger.inclusion(position=position))
    return _proven(raw, inclusion)


def _proven(raw: Raw, inclusion: Card) -> Seen:
    (event,) = told([_row(raw.document, raw.position)])
    if inclusion.trouble:
        return Seen(event, raw, trouble=inclusion.trouble)
    proof = proof_of(raw, inclusion.value)
    keys = card(parts().ledger.head_keys)
    if keys.trouble:
        return Seen(event, raw, proof, trouble=keys.trouble)
    evidence = examined(proof, keys.value)
    return Seen(event, raw, proof, evidence)


def _row(document: Document, position: int) -> Document:
    """An event's text as views show it."""
    named = {name: document[name] for name in ("time", "type", "subject", "actor", "data")}
    return {**named, "position": position, "on_behalf_of": document.get("onbehalfof")}


def _listed(position: int) -> Document:
    """The event as the list shows it: without its hashes. NotFound for one that has not happened."""
    asked: dict[str, Any] = {"from_position": position, "to_position": position, "limit": 1}
    try:
        rows = parts().ledger.audit("changes", asked)["rows"]
    except Refused as refused:
        if refused.status == 400:
            raise NotFound from refused
        raise
    if not rows:
        raise NotFound
    (event,) = told(rows[:1])
    return event


def _indented(seen: Seen) -> str:
    document = seen.raw.document if seen.raw else seen.event["data"]
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
