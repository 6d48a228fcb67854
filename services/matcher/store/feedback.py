"""What members said is not relevant, in MongoDB; the network follows it by revisions."""

from dataclasses import asdict

from services.matcher.domain import Feedback
from services.matcher.opinions import MOST_SAID, TooMuchFeedback
from services.matcher.store import derived
from services.matcher.store.transaction import Tx

FEEDBACK = "feedback"
_THERE = {"gone": {"$ne": True}}


def give(tx: Tx, feedback: Feedback) -> None:
    """Keep feedback; the same again changes nothing. Raises TooMuchFeedback, UnknownEntity."""
    derived.refuse_forgotten(tx, (feedback.entity_id, feedback.other_id))
    said = {each["_id"] for each in tx.find(FEEDBACK, {"entity_id": feedback.entity_id, **_THERE})}
    if feedback.feedback_id in said:
        return
    if len(said) >= MOST_SAID:
        raise TooMuchFeedback(f"{MOST_SAID} are hidden already: take one back first.")
    document = asdict(feedback)
    tx.put(FEEDBACK, document.pop("feedback_id"), document)


def take_back(tx: Tx, entity_id: str, feedback_id: str) -> bool:
    """Forget what a member said; False if it said none of this id."""
    there = any(True for _ in tx.find(FEEDBACK, {"_id": feedback_id, "entity_id": entity_id, **_THERE}))
    if there:
        tx.drop(FEEDBACK, feedback_id)
    return there
