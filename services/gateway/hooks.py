"""What services outside tell us. They have no login: the notifier checks who signed."""

import base64

from flask import Blueprint, Response, request

from services.chassis.web import allow, answer
from services.gateway.session import visitor_parts

bp = Blueprint("hooks", __name__, url_prefix="/hooks")


@bp.post("/sendgrid")
@allow("public")
def sendgrid() -> Response:
    """SendGrid tells which mails bounced, were complained about or unsubscribed from; signed by it."""
    visitor_parts().notifier.take_sendgrid_events(
        payload=base64.b64encode(request.get_data()).decode(),
        signature=request.headers.get("X-Twilio-Email-Event-Webhook-Signature", ""),
        timestamp=request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp", ""),
    )
    return answer({})
