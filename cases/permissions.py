"""Who may change what in the clinical record. Who may see it is a queryset: `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role
from accounts.models.user import LABORATORY_ROLES
from accounts.permissions import acts_for_clinics, has_scope
from accounts.scopes import CASES_WRITE, IMAGES_WRITE, ORDERS_WRITE, PATIENTS_WRITE
from audit.models import Action, Outcome
from audit.services import record
from cases.blinding import require_open, require_open_id
from cases.models import Case, Cell, Order, Patient, SmearImage
from cases.models.break_glass import opened_cases
from cases.providers import is_reopened_for
from cases.states import CLOSED_STATES
from cases.words import in_english
from hematovision.errors import NotFound, PermissionRefused

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from accounts.models import User

READ_ONLY = _("Break-glass access is for viewing: nothing of this case can be changed.")
NOT_FOR_THIS_ORGANISATION = _("You enter nothing under this organisation.")
ONLY_THE_REGISTERING_ORGANISATION = _("Only the organisation that registered a patient corrects them.")
_LABORATORY_WRITERS = frozenset({Role.PATHOLOGIST, Role.ADMINISTRATOR})
_Record = TypeVar("_Record", bound=models.Model)


def _writes_for_laboratory(user: User) -> bool:
    return user.is_active and user.token_scopes is None and user.role in _LABORATORY_WRITERS


def may_write_cases(user: User) -> bool:
    """Whether `user` may register patients and open, submit and cancel cases."""
    return user.organisation is not None and (has_scope(user, CASES_WRITE) or _writes_for_laboratory(user))


def may_write_orders(user: User) -> bool:
    """Whether `user` places, changes and cancels orders."""
    return user.organisation is not None and (has_scope(user, ORDERS_WRITE) or _writes_for_laboratory(user))


def may_number_orders(user: User, place: Organisation, laboratory: Organisation, numbering: str) -> bool:
    """Whether orders of `place` that `user` enters are numbered under `numbering`: it is the place's own, or that of the user's
    organisation, or no organisation of the laboratory calls it its own.
    """
    owners = {one.pk for one in Organisation.objects.of_laboratory(laboratory).whose_numbering_is(numbering)}
    return not owners or not owners.isdisjoint({place.pk, user.organisation_id})


def may_change_order(user: User, order: Order) -> bool:
    """Whether `user` changes and cancels `order`: writers of the clinic that placed it, and of the laboratory it was placed with."""
    return may_write_orders(user) and (may_enter_for(user, order.clinic) or order.laboratory_id == user.organisation_id)


def may_reject_order(user: User, order: Order) -> bool:
    """Whether `user` rejects `order`: writers of the laboratory it was placed with."""
    return may_write_orders(user) and order.laboratory_id == user.organisation_id


def may_open_case_of(user: User, order: Order) -> bool:
    """Whether `user` opens the case of `order`: who opens cases for the clinic that placed it."""
    return may_write_cases(user) and may_enter_for(user, order.clinic)


def may_link_order(user: User, order: Order) -> bool:
    """Whether `user` says which case a waiting order is about: who opens its case, and the laboratory that may reject it."""
    return may_open_case_of(user, order) or may_reject_order(user, order)


def may_correct_patient(user: User, patient: Patient) -> bool:
    """Whether `user` may correct the identifiers of `patient`: writers of, or for, the organisation that registered them."""
    writes = has_scope(user, PATIENTS_WRITE) or _writes_for_laboratory(user)
    return user.organisation is not None and writes and may_enter_for(user, patient.organisation)


def may_merge_patients(user: User, patient: Patient) -> bool:
    """Whether `user` merges `patient` with another: who corrects them, and the laboratory's administrators."""
    return may_correct_patient(user, patient) or may_restrict_patient(user, patient)


def may_undo_merges(user: User, patient: Patient) -> bool:
    """Whether `user` undoes a merge of `patient`: administrators of the laboratory that answers for them."""
    return may_restrict_patient(user, patient)


def may_enter_for(user: User, organisation: Organisation) -> bool:
    """Whether `user` enters patients and cases under `organisation`: their own, or a clinic their client acts for."""
    if organisation.pk == user.organisation_id:
        return True
    return _refers_to_laboratory_of(user, organisation) and acts_for_clinics(user)


def may_order_for(user: User, clinic: Organisation) -> bool:
    """Whether `user` places orders for `clinic`: who enters for it, and writers of the laboratory it refers to."""
    return may_enter_for(user, clinic) or (_refers_to_laboratory_of(user, clinic) and _writes_for_laboratory(user))


def may_register_for(user: User, clinic: Organisation) -> bool:
    """Whether `user` registers patients of `clinic`: who enters for it, and administrators of its laboratory, who see all of them."""
    return may_order_for(user, clinic) and (may_enter_for(user, clinic) or user.role == Role.ADMINISTRATOR)


def _refers_to_laboratory_of(user: User, clinic: Organisation) -> bool:
    return clinic.is_active and clinic.refers_to_id == user.organisation_id


def may_send_images(user: User) -> bool:
    """Whether `user` may add images to a case."""
    return user.organisation is not None and (has_scope(user, IMAGES_WRITE) or _writes_for_laboratory(user))


def may_review_cases(user: User) -> bool:
    """Whether `user` reads smears and signs for them."""
    return user.is_active and user.token_scopes is None and user.role == Role.PATHOLOGIST


def may_reject_specimen(user: User, case: Case) -> bool:
    """Whether `user` rejects the specimen of `case`: pathologists and administrators of the laboratory that it came to."""
    return _writes_for_laboratory(user) and user.organisation_id == case.laboratory_id


def may_send_again(user: User, case: Case) -> bool:
    """Whether `user` sends another specimen in place of the one of `case`: who opens cases for its clinic."""
    return may_write_cases(user) and may_enter_for(user, case.clinic)


def is_open_to_change(user: User, case: Case) -> bool:
    """Whether the details of the specimen may be corrected: nothing is signed, or it was opened again for `user`."""
    return case.state not in CLOSED_STATES or is_reopened_for(user, case)


def may_place_legal_holds(user: User, case: Case) -> bool:
    """Whether `user` places and releases legal holds on `case`: administrators of its laboratory."""
    return (
        user.is_active
        and user.token_scopes is None
        and user.role == Role.ADMINISTRATOR
        and user.organisation_id == case.laboratory_id
    )


def may_see_legal_holds(user: User, case: Case) -> bool:
    """Whether `user` is told of legal holds on `case`: the staff of its laboratory. They are no part of a result."""
    return user.token_scopes is None and user.role in LABORATORY_ROLES and user.organisation_id == case.laboratory_id


def may_restrict_patient(user: User, patient: Patient) -> bool:
    """Whether `user` restricts `patient` and lifts it: administrators of the laboratory that answers for them."""
    laboratory = patient.organisation.laboratory
    return (
        user.is_active
        and user.token_scopes is None
        and user.role == Role.ADMINISTRATOR
        and laboratory is not None
        and user.organisation_id == laboratory.pk
    )


def may_change_details(user: User, case: Case) -> bool:
    """Whether `user` may correct the details of the specimen of `case` now."""
    return not is_read_only(user, case) and may_write_cases(user) and is_open_to_change(user, case)


def refuse(
    *, actor: User, target: models.Model | None = None, object_type: str = "", sentence: str | StrPromise
) -> NoReturn:
    """Write that `actor` was refused, then raise `PermissionRefused`.

    `sentence` is one of the catalogues, not translated yet: the record keeps it in English.
    """
    kept = in_english(sentence)
    record(
        actor=actor,
        action=Action.UPDATE if target is not None else Action.CREATE,
        target=target,
        object_type=object_type,
        outcome=Outcome.DENIED,
        reason=kept,
    )
    raise PermissionRefused(gettext(kept))


def must_see(*, actor: User, record_: _Record) -> _Record:
    """Return `record_` if `actor` may see it; raises `NotFound` as for a record that is not there.

    Services that change something call it, so it refuses what is only seen by break-glass: that is for viewing. Of a
    case that is closed while `actor` owes a blinded second opinion nothing is changed: `CaseClosedByBlinding`.
    """
    if not _sees(actor, record_):
        raise NotFound
    if isinstance(record_, Case):
        require_open(actor, record_)
    elif isinstance(record_, SmearImage | Order) and record_.case_id is not None:
        require_open_id(actor, record_.case_id)
    if is_read_only(actor, record_):
        refuse(actor=actor, target=record_, sentence=READ_ONLY)
    return record_


def is_read_only(user: User, record_: models.Model) -> bool:
    """Whether `user` sees `record_` by break-glass alone, and so changes nothing about it."""
    # Nothing else is ever seen by it.
    if not isinstance(record_, Case | SmearImage | Cell | Patient) or not opened_cases(user):
        return False
    by_role: Any = type(record_)._default_manager.visible_to(user, break_glass=False)  # type: ignore[union-attr]
    return not by_role.filter(pk=record_.pk).exists()


def named_to(user: User, patient: Patient) -> dict[str, object]:
    """Which patient has a number that is taken, as `details` of a refusal; empty for who does not see them."""
    seen = Patient.objects.visible_to(user).filter(pk=patient.person_id).exists()
    return {"patient": str(patient.person_id)} if seen else {}


def _sees(user: User, record_: models.Model) -> bool:
    visible: Any = type(record_)._default_manager.visible_to(user)  # type: ignore[attr-defined]
    return bool(visible.filter(pk=record_.pk).exists())
