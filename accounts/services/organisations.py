"""Opening, changing and closing clinics and laboratories."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, OrganisationKind
from accounts.services.reach import cleaned, require_administrator, require_reach
from accounts.signals import unknown_camera_rule_changed
from accounts.verification import organisation_digest
from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict, PermissionRefused

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def create_organisation(
    *,
    actor: User | None,
    slug: str,
    name: str,
    kind: str,
    refers_to: Organisation | None = None,
) -> Organisation:
    """Open a clinic or a laboratory.

    A laboratory's administrator opens clinics that refer to it; laboratories are opened by the superuser.
    Raises `PermissionRefused`, `NotFound` (foreign laboratory), `Unprocessable`.
    """
    require_administrator(actor)
    if kind == OrganisationKind.CLINIC:
        require_reach(actor, refers_to)
    elif actor is not None and not actor.is_superuser:
        raise PermissionRefused(_("Laboratories are opened by the platform's administrators."))
    organisation = Organisation(slug=slug, name=name, kind=kind, refers_to=refers_to)
    cleaned(organisation)
    organisation.save()
    record(actor=actor, action=Action.CREATE, target=organisation, after=_kept(organisation))
    return organisation


@transaction.atomic
def update_organisation(
    *,
    actor: User | None,
    organisation: Organisation,
    name: str,
    is_active: bool,
    blind_review: bool | None = None,
    unknown_camera: str | None = None,
    poor_fields: str | None = None,
    leave_out_metadata: bool | None = None,
    accession_pattern: str | None = None,
    accession_strip: str | None = None,
    report_language: str | None = None,
    hl7_authority: str | None = None,
) -> Organisation:
    """Rename, close or reopen; say whether a laboratory reviews blinded, and who gives its record numbers. Kind, slug and laboratory stay: cases hang on them.

    Closing signs the organisation's people out and stops its API clients. `None` leaves
    a rule or the authority as it is. Raises `PermissionRefused`, `NotFound`,
    `Unprocessable`, `Conflict` (an administrator closing the laboratory they work at).
    """
    require_reach(actor, organisation)
    stored = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if actor is not None and not is_active and actor.organisation_id == stored.pk:
        raise Conflict(_("You work here: somebody else has to close this organisation."))
    before = _described(stored)
    stored.name, stored.is_active = name, is_active
    said = {
        "blind_review": blind_review,
        "unknown_camera": unknown_camera,
        "poor_fields": poor_fields,
        "leave_out_metadata": leave_out_metadata,
        "accession_pattern": accession_pattern,
        "accession_strip": accession_strip,
        "report_language": report_language,
        "hl7_authority": hl7_authority,
    }
    for rule, value in said.items():
        if value is not None:
            setattr(stored, rule, value.strip() if isinstance(value, str) else value)
    cleaned(stored)
    if _described(stored) != before:
        stored.save(update_fields=["name", "is_active", *said])
        record(
            actor=actor,
            action=Action.CONFIGURATION,
            target=stored,
            before=before,
            after=_kept(stored),
        )
    if stored.unknown_camera != before["unknown_camera"]:
        told = partial(unknown_camera_rule_changed.send_robust, sender=None, laboratory_id=stored.pk)
        transaction.on_commit(told)
    return stored


def _kept(organisation: Organisation) -> dict[str, object]:
    return {**_described(organisation), "row": organisation_digest(organisation)}


def _described(organisation: Organisation) -> dict[str, object]:
    return {
        "slug": organisation.slug,
        "name": organisation.name,
        "kind": organisation.kind,
        "refers_to": getattr(organisation.refers_to, "slug", None),
        "is_active": organisation.is_active,
        "blind_review": organisation.blind_review,
        "unknown_camera": organisation.unknown_camera,
        "poor_fields": organisation.poor_fields,
        "leave_out_metadata": organisation.leave_out_metadata,
        "accession_pattern": organisation.accession_pattern,
        "accession_strip": organisation.accession_strip,
        "report_language": organisation.report_language,
        "hl7_authority": organisation.hl7_authority,
    }
