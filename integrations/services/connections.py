"""Adding and changing connections, switching them on and off, and pausing them.

What is switched on was seen by two administrators: whoever saved the settings last cannot switch them on, and a change
switches the connection off until somebody else has checked it. Nothing is lost meanwhile: messages that wait stay, and what
happened while it was off is made up for when it is on again, unless whoever switches it on says otherwise.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.overseers import administrators_of
from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict, PermissionRefused, Unprocessable
from integrations.connection_checks import faults_of_settings
from integrations.connection_verification import connection_digest
from integrations.kinds import SECRETS, SETTINGS, missing_settings
from integrations.models import Connection, ConnectionKind, ConnectionState
from integrations.permissions import must_connect
from integrations.said import gettext_noop
from integrations.services.outbox import begin_at_present, hold_for_other_clinics
from integrations.services.service_user import service_user_of
from notices.services import notify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User

LONGEST_PAUSE = dt.timedelta(days=14)
_NAMED_ONLY = frozenset({"tls_authority", "tls_certificate", *SECRETS})
"""The audit trail says that they changed, not from what to what: certificates are long, keys are secret."""
SWITCHED_OFF = "connection-off"
CHANGED = gettext_noop("Its settings were changed. Another administrator switches it on.")


def create_connection(
    *, actor: User, laboratory: Organisation, kind: str, name: str, clinics: Iterable[Organisation] = (), **values: Any
) -> Connection:
    """Add a connection, switched off.

    Raises `PermissionRefused`, `NotFound` (foreign laboratory), or `Unprocessable` with sentences by setting.
    """
    must_connect(actor=actor, laboratory=laboratory)
    if kind not in SETTINGS:
        raise Unprocessable(_("There is no such kind of connection."), code="unknown_kind")
    connection = Connection(laboratory=laboratory, kind=kind, name=name.strip(), saved_by=actor)
    _assign(connection, values)
    chosen = _of_laboratory(laboratory, clinics)
    _refuse_faults(connection)
    try:
        with transaction.atomic():
            connection.save(force_insert=True)
            connection.clinics.set(chosen)
            record(
                actor=actor,
                action=Action.CREATE,
                target=connection,
                after={**_described(connection), "row": connection_digest(connection)},
            )
    except IntegrityError:
        # Two requests with the same name: the other one was first.
        _refuse_faults(connection)
        raise
    return connection


def change_connection(
    *,
    actor: User,
    connection: Connection,
    seen: int,
    name: str,
    clinics: Iterable[Organisation] = (),
    **values: Any,
) -> Connection:
    """Change the settings of a connection; one that was in use is off until another administrator switches it on.

    `seen` is the version that was changed. Raises as `create_connection`, and `Conflict` where somebody else was faster.
    """
    must_connect(actor=actor, laboratory=connection.laboratory)
    try:
        with transaction.atomic():
            stored = _locked(connection)
            if stored.version != seen:
                raise Conflict(
                    _("Somebody else changed the connection meanwhile. Look at it, then change it again."),
                    code="changed_meanwhile",
                )
            before, secrets = _described(stored), _named_only(stored)
            stored.name = name.strip()
            _assign(stored, values)
            _refuse_faults(stored)
            stored.clinics.set(_of_laboratory(stored.laboratory, clinics))
            after = _described(stored)
            hidden = sorted(key for key, value in _named_only(stored).items() if value != secrets[key])
            differs = {key for key in after if after[key] != before[key]}
            if differs or hidden:
                stored.version += 1
                stored.saved_by, stored.saved_at = actor, timezone.now()
                if stored.state != ConnectionState.OFF:
                    stored.state, stored.state_reason, stored.paused_until = ConnectionState.OFF, CHANGED, None
                    differs.add("state")
                stored.save()
                if "clinics" in differs:
                    hold_for_other_clinics(stored)
                record(
                    actor=actor,
                    action=Action.CONFIGURATION,
                    target=stored,
                    before={key: before[key] for key in differs},
                    after={key: _described(stored)[key] for key in differs}
                    | ({"fields": hidden} if hidden else {})
                    | {"version": stored.version, "row": connection_digest(stored)},
                )
    except IntegrityError:
        _refuse_faults(stored)
        raise
    return stored


def switch_on(*, actor: User, connection: Connection, catches_up: bool = True, seen: int | None = None) -> Connection:
    """Switch a connection on, with settings that somebody else saved.

    `catches_up` also sends what happened while it was off; a connection that is on for the first time begins at the present.
    `seen` is the version that was shown. Raises `PermissionRefused` for whoever saved it last, `Conflict` where it is on
    or was changed since (`changed_meanwhile`), `Unprocessable` (`details.missing`).
    """
    must_connect(actor=actor, laboratory=connection.laboratory)
    with transaction.atomic():
        stored = _locked(connection)
        if stored.state == ConnectionState.ON:
            raise Conflict(_("The connection is on already."), code="already_on")
        if stored.saved_by_id == actor.pk:
            raise PermissionRefused(
                _("You saved these settings. Another administrator looks at them and switches the connection on."),
                code="needs_a_second_administrator",
            )
        if seen is not None and stored.version != seen:
            raise Conflict(
                _("Somebody changed the connection after you opened it. Check it, then switch it on."),
                code="changed_meanwhile",
            )
        missing = list(missing_settings(stored))
        if missing:
            raise Unprocessable(" ".join(missing), code="settings_missing", details={"missing": missing})
        starts_now = stored.is_outgoing and (stored.began_at is None or not catches_up)
        stored.began_at = stored.began_at or timezone.now()
        if starts_now:
            begin_at_present(stored)
        if stored.kind == ConnectionKind.MLLP_IN:
            service_user_of(stored, actor=actor)
        return _step(actor, stored, ConnectionState.ON, after={"from_now_on": starts_now} if stored.is_outgoing else {})


def switch_off(*, actor: User, connection: Connection, reason: str) -> Connection:
    """Switch a connection off: nothing comes in or is made for it. Raises `Conflict` where it is off, `Unprocessable` without a reason."""
    must_connect(actor=actor, laboratory=connection.laboratory)
    said = _reason(reason)
    with transaction.atomic():
        stored = _locked(connection)
        if stored.state == ConnectionState.OFF:
            raise Conflict(_("The connection is off already."), code="already_off")
        return _step(actor, stored, ConnectionState.OFF, reason=said)


def switch_off_by_itself(connection: Connection, reason: str) -> None:
    """Switch off what has no use any more, in the transaction of the caller, and tell the administrators."""
    stored = _locked(connection)
    if stored.state == ConnectionState.OFF:
        return
    _step(None, stored, ConnectionState.OFF, reason=reason)
    notify(
        recipients=administrators_of(stored.laboratory_id),
        kind=SWITCHED_OFF,
        subject_id=stored.pk,
        text=gettext_noop("A connection was switched off by itself."),
        path=reverse("integrations:connection", args=[stored.pk]),
        replaces=True,
    )


def pause(*, actor: User, connection: Connection, until: dt.datetime, reason: str) -> Connection:
    """Keep messages waiting until a time, then go on by itself; a pause can be prolonged.

    Raises `Conflict` where the connection is off, `Unprocessable` without a reason or with an end that is past or too far.
    """
    must_connect(actor=actor, laboratory=connection.laboratory)
    said, now = _reason(reason), timezone.now()
    if not now < until <= now + LONGEST_PAUSE:
        sentence = _("A pause ends in the future, within %(days)s days.") % {"days": LONGEST_PAUSE.days}
        raise Unprocessable(sentence, code="bad_end", details={"errors": {"until": [sentence]}})
    with transaction.atomic():
        stored = _locked(connection)
        if stored.state == ConnectionState.OFF:
            raise Conflict(_("Only a connection that is on can be paused."), code="is_off")
        return _step(actor, stored, ConnectionState.PAUSED, reason=said, until=until)


def resume(*, actor: User, connection: Connection) -> Connection:
    """End a pause before its time. Raises `Conflict` where the connection is not paused."""
    must_connect(actor=actor, laboratory=connection.laboratory)
    with transaction.atomic():
        stored = _locked(connection)
        if stored.state != ConnectionState.PAUSED:
            raise Conflict(_("The connection is not paused."), code="not_paused")
        return _step(actor, stored, ConnectionState.ON)


def _step(
    actor: User | None,
    stored: Connection,
    state: ConnectionState,
    *,
    reason: str = "",
    until: dt.datetime | None = None,
    after: dict[str, Any] | None = None,
) -> Connection:
    before = stored.state
    stored.state, stored.state_reason, stored.paused_until = state, reason, until
    if state == ConnectionState.ON:
        # Nobody was asked meanwhile: what waits is not given up for a silence from before.
        stored.failures, stored.failing_since, stored.retry_at = 0, None, None
    stored.save(
        update_fields=["state", "state_reason", "paused_until", "retry_at", "failures", "failing_since", "began_at"]
    )
    record(
        actor=actor,
        action=Action.CONFIGURATION,
        target=stored,
        laboratory_id=stored.laboratory_id,
        reason=reason,
        before={"state": before},
        after={
            "state": state,
            **({"until": until} if until else {}),
            **(after or {}),
            "row": connection_digest(stored),
        },
    )
    return stored


def _locked(connection: Connection) -> Connection:
    rows = Connection.objects.select_for_update(of=("self",)).select_related("laboratory", "mapping")
    return rows.get(pk=connection.pk)


def _assign(connection: Connection, values: dict[str, Any]) -> None:
    """Set what the kind of the connection has; a key that is not given stays, and goes with its certificate."""
    unknown = set(values) - set(SETTINGS[connection.kind])
    if unknown:
        message = f"A connection of this kind has no {', '.join(sorted(unknown))}."  # not translated
        raise TypeError(message)
    for name, value in values.items():
        if name not in SECRETS or value:
            setattr(connection, name, value)
    if not connection.tls_certificate:
        connection.tls_key = ""


def _refuse_faults(connection: Connection) -> None:
    """Raise `Unprocessable` with what is wrong by setting."""
    faults: dict[str, list[str]] = {}
    try:
        connection.full_clean()
    except ValidationError as error:
        faults = error.message_dict
    for name, sentence in faults_of_settings(connection):
        faults.setdefault(name, []).append(sentence)
    if faults:
        if "__all__" in faults:
            faults["name"] = [*faults.get("name", []), *faults.pop("__all__")]
        said = " ".join(sentence for sentences in faults.values() for sentence in sentences)
        raise Unprocessable(said, code="bad_settings", details={"errors": faults})


def _of_laboratory(laboratory: Organisation, clinics: Iterable[Organisation]) -> list[Organisation]:
    chosen = list(clinics)
    if any(clinic.refers_to_id != laboratory.pk for clinic in chosen):
        raise Unprocessable(_("Choose clinics of the laboratory."), code="foreign_clinic")
    return chosen


def _described(connection: Connection) -> dict[str, Any]:
    """Return the settings for the audit trail."""
    said = {
        name: getattr(connection, name)
        for name in SETTINGS[connection.kind]
        if name not in _NAMED_ONLY and name not in {"mapping", "clinics"}
    }
    return {
        "name": connection.name,
        "kind": connection.kind,
        "state": connection.state,
        **said,
        "mapping": connection.mapping_id and str(connection.mapping_id),
        "clinics": sorted(connection.clinics.values_list("slug", flat=True)),
    }


def _named_only(connection: Connection) -> dict[str, str]:
    return {name: getattr(connection, name) for name in _NAMED_ONLY}


def _reason(reason: str) -> str:
    said = " ".join(reason.split())
    if not said:
        sentence = _("Say why: whoever looks for a result will want to know.")
        raise Unprocessable(sentence, code="reason_missing", details={"errors": {"reason": [sentence]}})
    return said[:300]
