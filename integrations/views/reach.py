"""What a page may open: connections, mappings and messages of one's own laboratory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404

from integrations.models import Connection, Mapping, Message
from integrations.permissions import NOT_AN_ADMINISTRATOR, may_connect

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User


def connection_for(user: User, pk: UUID, *, to_change: bool = False) -> Connection:
    """Return a connection that `user` may see, or change; raises `Http404`, `PermissionDenied`."""
    rows = Connection.objects.visible_to(user).select_related("laboratory", "mapping", "saved_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    _require(user, to_change=to_change)
    return found


def mapping_for(user: User, pk: UUID, *, to_change: bool = False) -> Mapping:
    """Return a mapping that `user` may see, or change; raises `Http404`, `PermissionDenied`."""
    found = Mapping.objects.visible_to(user).select_related("laboratory").filter(pk=pk).first()
    if found is None:
        raise Http404
    _require(user, to_change=to_change)
    return found


def message_for(user: User, message_id: UUID, *, to_change: bool = False) -> Message:
    """Return a message that `user` may see, or act on; raises `Http404`, `PermissionDenied`."""
    rows = Message.objects.visible_to(user).select_related(
        "connection__laboratory", "case", "order", "report", "patient", "mapping_version", "replay_of"
    )
    found = rows.filter(message_id=message_id).first()
    if found is None:
        raise Http404
    _require(user, to_change=to_change)
    return found


def require_keeper(user: User) -> None:
    """Refuse whoever reads and does not act; raises `PermissionDenied`."""
    _require(user, to_change=True)


def _require(user: User, *, to_change: bool) -> None:
    if to_change and not may_connect(user):
        raise PermissionDenied(str(NOT_AN_ADMINISTRATOR))
