"""The mailbox's pages as HTML. Everything that comes from a mail is escaped here, and only here."""

from collections.abc import Iterable, Sequence
from html import escape
from string import Template
from urllib.parse import quote

from deploy.native.mailbox.store import LINK, Mail

PAGE = Template(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
  h2 { font-size: 1rem; margin-top: 2rem; }
  a { color: LinkText; }
  form { display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; margin: 1rem 0; }
  input { flex: 1 1 14rem; }
  input, button { font: inherit; padding: .3rem .6rem; }
  ul { list-style: none; padding: 0; border-top: 1px solid var(--line); }
  li { border-bottom: 1px solid var(--line); padding: .6rem 0; overflow-wrap: anywhere; }
  li a { font-weight: 600; }
  .quiet { opacity: .75; font-size: .9rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; }
  dt { opacity: .75; }
  dd { margin: 0; overflow-wrap: anywhere; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; border: 1px solid var(--line); padding: 1rem; }
  iframe { width: 100%; height: 32rem; border: 1px solid var(--line); background: white; }
</style>
</head>
<body>
$body
</body>
</html>
"""
)


def list_page(mails: Sequence[Mail], *, to: str) -> str:
    """All mail, or that of one recipient."""
    rows = "\n".join(_row(mail) for mail in mails)
    nothing = "<p>No mail yet.</p>" if not to else f"<p>No mail to {escape(to)}.</p>"
    body = f"""<h1>Mail of this development system</h1>
<form method="get" action="/"><label for="to">Recipient</label>
<input id="to" name="to" type="email" value="{escape(to)}"><button>Show</button>
{'<a href="/">Show all</a>' if to else ""}</form>
{f"<ul>{rows}</ul>" if mails else nothing}"""
    return PAGE.substitute(title="Mail", body=body)


def _row(mail: Mail) -> str:
    recipients = ", ".join(f'<a href="/?to={quote(name)}">{escape(name)}</a>' for name in mail.recipients)
    return f"""<li><a href="/messages/{mail.id}">{escape(mail.subject) or "(no subject)"}</a>
<div class="quiet">{_moment(mail)} to {recipients}</div></li>"""


def mail_page(mail: Mail) -> str:
    """One mail: its plain text with links, its HTML part in a sandbox, all its headers."""
    facts = {"From": mail.sender, "To": ", ".join(mail.recipients), "Received": _moment(mail)}
    body = f"""<p><a href="/">All mail</a></p>
<h1>{escape(mail.subject) or "(no subject)"}</h1>
<dl>{_definitions(facts.items())}</dl>
<h2>Plain text</h2>
{f"<pre>{_with_links(mail.text)}</pre>" if mail.text else "<p>This mail has none.</p>"}
{_frame(mail.html) if mail.html else ""}
<details><summary>All headers</summary><dl>{_definitions(mail.headers)}</dl></details>
<p><a href="/messages/{mail.id}/raw">Source</a></p>"""
    return PAGE.substitute(title=escape(mail.subject) or "Mail", body=body)


def _moment(mail: Mail) -> str:
    return f"{mail.received_at:%Y-%m-%d %H:%M:%S} UTC"


def _definitions(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)


def _with_links(text: str) -> str:
    """Escape a text and make its http and https addresses clickable."""
    pieces, end = [], 0
    for found in LINK.finditer(text):
        address = escape(found[0])
        pieces += [escape(text[end : found.start()]), f'<a href="{address}" rel="noreferrer">{address}</a>']
        end = found.end()
    return "".join([*pieces, escape(text[end:])])


def _frame(html: str) -> str:
    """No scripts, no forms, no same origin; links may open a new window, or they could not be tried."""
    document = escape(f'<base target="_blank">{html}')
    allowed = "allow-popups allow-popups-to-escape-sandbox"
    return f'<h2>HTML</h2><iframe title="HTML part" sandbox="{allowed}" srcdoc="{document}"></iframe>'
