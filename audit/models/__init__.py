"""Rows of the audit trail."""

from audit.models.chain_head import ChainHead
from audit.models.event import Action, AppendOnlyError, AuditEvent, Outcome

__all__ = ["Action", "AppendOnlyError", "AuditEvent", "ChainHead", "Outcome"]
