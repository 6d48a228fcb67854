"""What a decision about a business says to its member: the mail, before anybody decides."""

from services.gateway.session import parts
from services.gateway.web.cards import Card, card

NAME, REASON = "{name}", "{reason}"
"""In a mail that is to be shown for several businesses: the page puts theirs in, and what is typed as the reason."""
_MAILS = {
    "pending": "status_pending",
    "accepted": "status_accepted",
    "rejected": "status_rejected",
    "tradingAccepted": "trading_accepted",
    "tradingRejected": "trading_rejected",
}


def mail_of(status: str, previous: str, *, with_reason: bool = True) -> Card:
    """The mail by which a member reads that the status became `status`; empty where none is sent."""
    if status not in _MAILS:
        return Card()
    reason = REASON if with_reason else ""
    return card(lambda: parts().notifier.mail_preview(_MAILS[status], name=NAME, reason=reason, previous=previous))
