"""`audit`: the whole book from PostgreSQL and again from Kafka, with a report for people."""

from services.ledger.auditing.report import Report
from services.ledger.auditing.running import audit_store, audit_topic, run_audit

__all__ = ["Report", "audit_store", "audit_topic", "run_audit"]
