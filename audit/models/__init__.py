"""Rows of the audit trail."""

from audit.models.chain_head import ChainHead
from audit.models.event import Action, AuditEvent, Outcome

__all__ = ["Action", "AuditEvent", "ChainHead", "Outcome"]
