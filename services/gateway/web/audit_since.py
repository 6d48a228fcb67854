"""What changed since an auditor's last visit: a head kept then, proven to be the beginning of the book of today.

Where it was kept matters more than what is shown here: what the operator can't reach proves, what the operator keeps
does not. So it is a file in the auditor's hands; the browser's note only saves looking for the file.
"""

import re
from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as WerkzeugResponse

from services.chassis.web import allow
from services.gateway import proving
from services.gateway.clients import Document, Refused
from services.gateway.kept_heads import MOST_BYTES, Kept, kept, newest_in
from services.gateway.presenting import count_figure
from services.gateway.proven_events import Evidence
from services.gateway.session import current, parts
from services.gateway.web.audit_events import proof_file
from services.gateway.web.audit_words import findings
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card

COOKIE = "mccsAudited"
_SECONDS = 400 * 86_400
"""As long as browsers keep anything; an auditor comes once a year."""
_VALUE = re.compile(r"([^~]{1,100})~([0-9]{1,16})~([0-9a-f]{64})")
_COUNTED = ("limit-changes", "reversals", "system-cancellations")
_MOST_COUNTED = 100
Answer = str | WerkzeugResponse | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Since:
    """What the ledger proves about a kept head, and whether that is so; the newest head."""

    consistency: Document
    head: Document | None
    evidence: Evidence

    @property
    def newer(self) -> int:
        """How many events came after the kept head."""
        later: int = self.consistency["second"] - self.consistency["first"]
        return later


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows a view has since then; `is_least` when there are more than were counted."""

    view: str
    rows: int
    is_least: bool


@bp.get("/auditor/since")
@allow("auditor", "admin")
def audit_since() -> Answer:
    """Whether a kept head is the beginning of today's book, and what came after it."""
    size, root = (request.args.get(name, "").strip()[:100] for name in ("size", "root"))
    mark = kept(size, root)
    if mark is None:
        problem = gettext("A head has the number of events that it covers, and a root of 64 letters and digits.")
        return _page(size, root, problem=problem if size or root else "", status=422 if size or root else 200)
    try:
        found = card(lambda: _since(mark))
    except _Beyond:
        return _page(size, root, mark=mark, is_beyond=True)
    counts = card(lambda: _counts(found.value)) if found.value and found.value.newer else Card([])
    return _page(size, root, mark=mark, found=found, counts=counts)


@bp.post("/auditor/since")
@allow("auditor", "admin")
def read_kept_head() -> Answer:
    """Take the head out of a file that was kept, and compare it."""
    sent = request.files.get("file")
    content = sent.read(MOST_BYTES + 1) if sent else b""
    mark = newest_in(content.decode("utf-8", "replace")) if 0 < len(content) <= MOST_BYTES else None
    if mark is None:
        problem = gettext("There is no signed head in this file. Choose the one that you downloaded from this page.")
        return _page("", "", problem_of_file=problem, status=422)
    return redirect(url_for("web.audit_since", size=mark.size, root=mark.root))


@bp.get("/auditor/since.json")
@allow("auditor", "admin")
def audit_since_file() -> Response:
    """The proof that one head continues another, for `check_proof.py`."""
    mark = kept(request.args.get("size", ""), request.args.get("root", ""))
    if mark is None:
        raise Refused(400, "request.invalid", gettext("Say which head."))
    since = _since(mark)
    name = f"consistency-{since.consistency['first']}-{since.consistency['second']}"
    return proof_file({**since.consistency, "head": since.head}, name)


@bp.post("/auditor/audited")
@allow("auditor", "admin")
def mark_audited() -> WerkzeugResponse:
    """Let this browser remember a head as the one up to which all was looked at."""
    mark, login = kept(request.form.get("size", ""), request.form.get("root", "")), current()
    response = redirect(url_for("web.audit"))
    if mark and login:
        value = f"{login.user_id}~{mark.size}~{mark.root}"
        response.set_cookie(
            COOKIE, value, max_age=_SECONDS, path="/auditor", secure=request.is_secure, httponly=True, samesite="Lax"
        )
        size = count_figure(mark.size)
        flash(gettext("Marked: you have audited up to event %(size)s. Keep the head's file too.", size=size), "done")
    else:
        flash(gettext("That is no head. Load the page again, and mark the one that it shows."), "bad")
    return response


def remembered() -> Kept | None:
    """The head that this person marked in this browser."""
    found, login = _VALUE.fullmatch(request.cookies.get(COOKIE, "")), current()
    if not found or login is None or found[1] != login.user_id:
        return None
    return kept(found[2], found[3])


class _Beyond(Exception):
    """The kept head covers more than the newest signed one does."""


def _since(mark: Kept) -> Since:
    ledger = parts().ledger
    try:
        proof = ledger.consistency(first=mark.size)
    except Refused as refused:
        if refused.code == "proof.not_covered":
            raise _Beyond from refused
        raise
    head = ledger.inclusion(position=mark.size, size=proof["second"])["head"]
    holds = {
        "kept-root": proof["first_root"] == mark.root,
        "continued": _continues(mark, proof),
    }
    if head:
        holds["root"] = (head["size"], head["root"]) == (proof["second"], proof["second_root"])
        holds["signature"] = proving.is_signed(head, ledger.head_keys())
    return Since(proof, head, Evidence(holds))


def _continues(mark: Kept, proof: Document) -> bool:
    """From the root that was kept, not from the one that the ledger tells today."""
    first, second, path = proof["first"], proof["second"], proof["path"]
    found = proving.continues(
        first=first, second=second, first_root=mark.root, second_root=proof["second_root"], path=path
    )
    return found and first == mark.size


def _counts(since: Since) -> list[Counted]:
    asked = {
        "from_position": since.consistency["first"] + 1,
        "to_position": since.consistency["second"],
        "limit": _MOST_COUNTED,
    }
    found = []
    for view in _COUNTED:
        page = parts().ledger.audit(view, asked)
        found.append(Counted(view, len(page["rows"]), page["next"] is not None))
    return found


def _page(
    size: str,
    root: str,
    *,
    mark: Kept | None = None,
    found: Card = Card(),  # noqa: B008 -- frozen
    counts: Card = Card([]),  # noqa: B008 -- frozen
    is_beyond: bool = False,
    problem: str = "",
    problem_of_file: str = "",
    status: int = 200,
) -> tuple[str, int]:
    since: Since | None = found.value
    page = render_template(
        "audit_since.html",
        size=size,
        root=root,
        mark=mark,
        found=found,
        since=since,
        findings=findings(since.evidence) if since else [],
        counts=counts,
        is_beyond=is_beyond,
        problem=problem,
        problem_of_file=problem_of_file,
        remembered=remembered(),
    )
    return page, status
