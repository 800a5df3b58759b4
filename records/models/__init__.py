from records.models.audit import Anchor, AuditEntry, AuditSeal
from records.models.calendar import CalendarDay
from records.models.outbox import Message

__all__ = ["Anchor", "AuditEntry", "AuditSeal", "CalendarDay", "Message"]
