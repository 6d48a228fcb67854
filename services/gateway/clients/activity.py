"""The directory's audit log: who did what."""

from typing import Any

from services.gateway.calling import Document, Stream
from services.gateway.part import Part, segment


class Activity(Part):
    """The audit log: all of it for administrators and auditors, their own for members."""

    def audit(self, **asked: Any) -> Document:
        """`{entries, next, total, total_is_least, names}`, newest first; what may be asked: docs/internal-api.md."""
        return self._get("/audit", **asked)

    def audit_state(self) -> Document:
        """`{head: {position, hash}, checked: {at, head, erased, finding?} or null, signed or null}`."""
        return self._get("/audit/state")

    def audit_heads(self) -> Document:
        """`{iss, keys: [JWK], heads: [{number, position, hash, time, kid, jws}]}`, oldest first."""
        return self._get("/audit/heads")

    def audit_export(self, **asked: Any) -> Stream:
        """The same entries as a file, oldest first: `format` ndjson or csv."""
        return self._open("/audit/export", **asked)

    def user_audit(self, user_id: str, *, before: int | None = None, limit: int | None = None) -> Document:
        """`{entries: [OwnEntry], next}`: done by or about a user."""
        return self._get(f"/users/{segment(user_id)}/audit", before=before, limit=limit)

    def entity_audit(self, entity_id: str, *, before: int | None = None, limit: int | None = None) -> Document:
        """`{entries: [OwnEntry], next}`: done about a business."""
        return self._get(f"/entities/{segment(entity_id)}/audit", before=before, limit=limit)
