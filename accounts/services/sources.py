"""What the computers that send pictures say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiClient, Source
from accounts.services.reach import cleaned
from audit.models import Action
from audit.services import record
from hematovision.errors import PermissionRefused

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User

MOST_PER_CLIENT = 20
_RECORDED = ("name", "version")


@transaction.atomic
def report_source(*, actor: User, instance: UUID, **said: Any) -> Source:
    """Keep what a computer says of itself (`name`, `version`, `waiting`, `held`, `refused`, `clock_off_s`), and when.

    Of one client at most `MOST_PER_CLIENT` are kept: a new one takes the place of the one that was silent longest. The audit trail has
    which there were, and their versions, and not each report. Raises `PermissionRefused` for who is no API client, and `Unprocessable`.
    """
    # Locked: of two reports at once the second finds the row of the first.
    client = ApiClient.objects.select_for_update(of=("self",)).filter(user=actor).first()
    if client is None:
        raise PermissionRefused(_("Only an API client is a source."))
    source = Source.objects.filter(api_client=client, instance=instance).first()
    before = None
    if source is None:
        _make_room(actor, client)
        source = Source(api_client=client, instance=instance)
    else:
        before = {name: getattr(source, name) for name in _RECORDED}
    for name, value in said.items():
        setattr(source, name, value)
    source.seen_at = timezone.now()
    cleaned(source)
    source.save()
    after = {name: getattr(source, name) for name in _RECORDED}
    if before is None:
        record(actor=actor, action=Action.CREATE, target=source, after=after)
    elif before != after:
        record(actor=actor, action=Action.CONFIGURATION, target=source, before=before, after=after)
    return source


def _make_room(actor: User, client: ApiClient) -> None:
    for source in Source.objects.filter(api_client=client).order_by("-seen_at")[MOST_PER_CLIENT - 1 :]:
        reason = "A new source takes its place."  # not translated
        record(actor=actor, action=Action.DELETE, target=source, reason=reason)
        source.delete()
