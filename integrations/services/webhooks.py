"""Secrets of webhooks, and a test that shows whether one arrives."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict
from integrations.connection_verification import connection_digest
from integrations.models import Connection, ConnectionKind, ConnectionState, Direction, Message, MessageState
from integrations.permissions import must_connect
from integrations.presenters.webhook import TEST, test_notice
from integrations.sending.webhook import new_secret
from integrations.services.outbox import ask_to_send
from reports.canonical import sha256

if TYPE_CHECKING:
    from accounts.models import User


def renew_secret(*, actor: User, connection: Connection) -> str:
    """Give a webhook a new secret and return it: it is shown once. Until the former one is retired both sign.

    Raises `PermissionRefused`, `NotFound` (another laboratory), `Conflict` for another kind, and while a former one is in use (code
    `two_secrets`).
    """
    must_connect(actor=actor, laboratory=connection.laboratory)
    with transaction.atomic():
        stored = _locked(connection)
        if stored.former_secret:
            raise Conflict(_("Two secrets are in use already: retire the former one first."), code="two_secrets")
        secret = new_secret()
        stored.former_secret, stored.secret = stored.secret, secret
        _save(actor, stored, "secret renewed")
    return secret


def retire_former_secret(*, actor: User, connection: Connection) -> None:
    """Sign with the present secret alone from now on. Raises as `renew_secret`, and `Conflict` where there is one alone."""
    must_connect(actor=actor, laboratory=connection.laboratory)
    with transaction.atomic():
        stored = _locked(connection)
        if not stored.former_secret:
            raise Conflict(_("There is no former secret."), code="one_secret")
        stored.former_secret = ""
        _save(actor, stored, "former secret retired")


def send_test(*, actor: User, connection: Connection) -> Message:
    """Queue a message that tells of nothing. Raises as `renew_secret`, and `Conflict` while the connection is off."""
    must_connect(actor=actor, laboratory=connection.laboratory)
    with transaction.atomic():
        stored = _locked(connection)
        if stored.state == ConnectionState.OFF:
            raise Conflict(_("The connection is off: nothing would be sent."), code="off")
        now = timezone.now()
        content = test_notice(str(stored.pk), now)
        message = Message(
            connection=stored,
            direction=Direction.OUT,
            kind=TEST,
            control_id=str(uuid.uuid4()),
            sha256=sha256(content),
            size=len(content),
            state=MessageState.QUEUED,
            created_at=now,
        )
        message.content = content
        message.save(force_insert=True)
        record(
            actor=actor, action=Action.SEND, target=message, laboratory_id=stored.laboratory_id, after={"kind": TEST}
        )
        ask_to_send(stored)
    return message


def _locked(connection: Connection) -> Connection:
    stored = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    if stored.kind != ConnectionKind.WEBHOOK:
        raise Conflict(_("Only webhooks have such a secret."), code="kind")
    return stored


def _save(actor: User, stored: Connection, what: str) -> None:
    stored.save(update_fields=["secret", "former_secret"])
    record(
        actor=actor,
        action=Action.CONFIGURATION,
        target=stored,
        after={"what": what, "row": connection_digest(stored)},
    )
