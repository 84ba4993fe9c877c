"""Break the glass: read a case of another organisation in an emergency, for a while, for a reason, on record."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import OrganisationKind
from audit.models import Action, AuditEvent, Outcome
from audit.services import record
from cases.identifiers import birth_date_key, mrn_key
from cases.keeping_verification import access_digest
from cases.models import BreakGlassAccess, Case, Patient
from cases.models.break_glass import BREAK_GLASS_ROLES, forget_opened_cases
from cases.models.restriction import restricted_patients
from cases.permissions import refuse
from cases.services.validation import clean_record
from cases.signals import break_glass_opened
from hematovision.errors import Conflict, NotFound, TooManyAttempts, Unprocessable

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

LASTS = timedelta(minutes=60)
MOST_MISSES = 5
MISSES_WITHIN = timedelta(minutes=15)
SHORTEST_REASON = 10
OBJECT_TYPE = "cases.breakglassaccess"
_NOT_FOUND = gettext_lazy(
    "No case has this accession number together with these details of the patient. The attempt is on record."
)


def may_break_glass(user: User) -> bool:
    """Whether `user` is somebody emergencies are for: those who read or administer smears at a laboratory."""
    return (
        user.is_active
        and user.token_scopes is None
        and user.role in BREAK_GLASS_ROLES
        and user.organisation is not None
        and user.organisation.is_active
        and user.organisation.kind == OrganisationKind.LABORATORY
    )


def open_by_break_glass(
    *, actor: User, accession_number: str, mrn: str = "", birth_date: dt.date | None = None, reason: str
) -> BreakGlassAccess:
    """Open the submitted case with this accession number, of any organisation, to `actor` for an hour, to read.

    The record number, the birth date, or both must be the patient's; an access that is still open is returned as it
    is. Raises `PermissionRefused`, `Unprocessable` without a second identifier or a reason, `TooManyAttempts` after
    five misses in a quarter of an hour, `NotFound` where nothing matches, and `Conflict`: code `already_visible`
    (with the case's id) for a case the actor sees anyway, code `ambiguous` where two laboratories match.
    """
    if not may_break_glass(actor):
        refuse(actor=actor, object_type=OBJECT_TYPE, sentence=gettext_lazy("Your role has no break-glass access."))
    reason = " ".join(reason.split())
    if not (mrn.strip() or birth_date):
        raise Unprocessable(_("Give the patient's record number or birth date."), code="identifier_missing")
    if len(reason) < SHORTEST_REASON:
        raise Unprocessable(_("Say in a sentence why you need this case now."), code="reason_missing")
    _refuse_guessing(actor)
    case = _find(actor, accession_number, mrn, birth_date)
    with transaction.atomic():
        # Two clicks are one access: the second waits here and finds the first.
        Case.objects.select_for_update(no_key=True).only("pk").get(pk=case.pk)
        now = timezone.now()
        standing = case.break_glass_accesses.filter(user=actor, expires_at__gt=now).first()
        if standing is not None:
            return standing
        access = BreakGlassAccess(
            case=case, user=actor, reason=reason, known=_known(mrn, birth_date), opened_at=now, expires_at=now + LASTS
        )
        clean_record(access)
        access.save(force_insert=True)
        # Robust: in an emergency the case opens even where telling its owner fails; that is logged.
        transaction.on_commit(partial(break_glass_opened.send_robust, sender=BreakGlassAccess, access_id=access.pk))
        _record_opening(actor, access)
    forget_opened_cases(actor)
    return access


def _record_opening(actor: User, access: BreakGlassAccess) -> None:
    """Write it to the audit trail of the laboratory whose case it is, and to that of the actor's own."""
    after = {
        "access": access.pk,
        "known": access.known,
        "until": access.expires_at,
        "access_row": access_digest(access),
    }
    laboratories = dict.fromkeys([access.case.laboratory_id, actor.organisation_id])
    for laboratory in laboratories:
        record(
            actor=actor,
            action=Action.BREAK_GLASS,
            target=access.case,
            patient_id=access.case.patient_id,
            laboratory_id=laboratory,
            reason=access.reason,
            after=after,
        )


def _find(actor: User, accession_number: str, mrn: str, birth_date: dt.date | None) -> Case:
    matching = Case.objects.filter(submitted_at__isnull=False).exclude(patient__in=restricted_patients())
    matching = matching.with_accession_number(accession_number)
    if mrn.strip():
        # A request from before a merge carries the number of the record that no longer stands.
        now = Patient.objects.ever_with_mrn(mrn)
        matching = matching.filter(Q(patient__mrn_index=mrn_key(mrn)) | Q(patient__in=now.values("pk")))
    if birth_date:
        matching = matching.filter(patient__birth_date_index=birth_date_key(birth_date))
    found = list(matching.select_related("laboratory", "patient")[:2])
    if not found:
        _miss(actor)
    if len(found) > 1:
        raise Conflict(_("Two laboratories have such a case: give the record number too."), code="ambiguous")
    case = found[0]
    if Case.objects.visible_to(actor).filter(pk=case.pk).exists() and not _opened_before(actor, case):
        raise Conflict(_("You see this case without it."), code="already_visible", details={"case": str(case.pk)})
    return case


def _opened_before(actor: User, case: Case) -> bool:
    return case.break_glass_accesses.filter(user=actor, expires_at__gt=timezone.now()).exists()


def _refuse_guessing(actor: User) -> None:
    misses = AuditEvent.objects.filter(
        actor_id=actor.pk,
        action=Action.BREAK_GLASS,
        outcome=Outcome.DENIED,
        at__gt=timezone.now() - MISSES_WITHIN,
    )
    if misses.count() >= MOST_MISSES:
        raise TooManyAttempts(_("Too many attempts did not match. Wait a quarter of an hour, or ask the laboratory."))


def _miss(actor: User) -> NoReturn:
    """Write that somebody asked and nothing matched; what they typed is not written, it may be a patient's."""
    record(
        actor=actor,
        action=Action.BREAK_GLASS,
        object_type=OBJECT_TYPE,
        outcome=Outcome.DENIED,
        reason="No case matched what was given.",  # not translated
    )
    raise NotFound(str(_NOT_FOUND), code="no_match")


def _known(mrn: str, birth_date: dt.date | None) -> str:
    if mrn.strip() and birth_date:
        return "both"
    return "mrn" if mrn.strip() else "birth_date"
