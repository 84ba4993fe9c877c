"""Specimens: reject one that cannot be used, and send another in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from audit.models import Action
from audit.services import record
from cases.models import Order, SpecimenReason, SpecimenRejection
from cases.models.rejection import WHAT_NEXT
from cases.order_verification import order_digest
from cases.permissions import may_reject_specimen, may_send_again, must_see, refuse
from cases.rejection_verification import rejection_digest, words_digest
from cases.services.audit_trail import scope_of
from cases.services.cases import create_case
from cases.services.orders import open_case_of_order
from cases.services.restrictions import require_open_to_cases
from cases.services.transitions import lock_case, step_case
from cases.services.validation import clean_record
from cases.states import CaseState
from hematovision.errors import Conflict, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from cases.models import Case

_AS_IT_WAS = ("priority", "clinical_question", "stain", "objective", "um_per_px", "microscope", "camera")
_OF_THE_BLOOD: dict[str, Any] = {"collected_at": None, "wbc": None, "wbc_source": "", "wbc_measured_at": None}
"""What is said of blood that has to be taken again, and what stands in its place until it was."""


def reject_specimen(*, actor: User, case: Case, reasons: Iterable[str], words: str = "") -> SpecimenRejection:
    """Say that the specimen of a case that was sent cannot be used, and why. The case is closed, its order waits again.

    Where blood has to be taken again, the order no longer says when the first was taken, nor its white cell count.
    `reasons` are codes of `SpecimenReason`, `words` what they do not say. Raises `NotFound`, `PermissionRefused`,
    `Unprocessable` (codes `reason_missing`, `reason_unknown`, `words_missing`), and `Conflict`: no step from its state, or
    (`in_review`) another pathologist has it under review.
    """
    must_see(actor=actor, record_=case)
    if not may_reject_specimen(actor, case):
        refuse(
            actor=actor,
            target=case,
            sentence=gettext_lazy("Specimens are rejected by the laboratory that they came to."),
        )
    given, words = _checked(reasons, words)
    with transaction.atomic():
        lock_case(case)
        if case.state == CaseState.IN_REVIEW and case.owner_id != actor.pk and actor.role == Role.PATHOLOGIST:
            sentence = _("A colleague has this case under review. Ask them, or an administrator.")
            raise Conflict(sentence, code="in_review", details={"state": str(case.state)})
        order = Order.objects.filter(case=case).first()
        rejection = SpecimenRejection(
            case=case, order=order, reasons=[str(reason) for reason in given], words=words, by=actor, at=timezone.now()
        )
        step_case(case=case, to=CaseState.REJECTED, by=actor, reason=rejection.kept_sentence)
        clean_record(rejection)
        rejection.save(force_insert=True)
        record(
            actor=actor,
            action=Action.CREATE,
            target=rejection,
            after={
                "case": case.pk,
                "reasons": rejection.reasons,
                "row": rejection_digest(rejection),
                "words": words_digest(rejection),
            },
            **scope_of(case),
        )
        if order is not None and rejection.needs_new_blood:
            _forget_the_blood(actor, order)
    return rejection


def send_again(*, actor: User, case: Case, accession_number: str = "") -> Case:
    """Open a draft for another specimen in place of a rejected one: the same patient, and the same order if there was one.

    What still holds is taken over; where blood has to be taken again, nothing that was said of it. Raises as `create_case`
    and `open_case_of_order`, and `Conflict`: nothing was rejected (code `state`), or it was sent again already (`sent_again`,
    with the id of that case).
    """
    must_see(actor=actor, record_=case)
    if not may_send_again(actor, case):
        refuse(
            actor=actor,
            target=case,
            sentence=gettext_lazy("Specimens are sent again by whoever sends cases for the clinic."),
        )
    with transaction.atomic():
        require_open_to_cases(case.patient)
        lock_case(case)
        rejection = (
            SpecimenRejection.objects.select_related("order__patient", "order__clinic").filter(case=case).first()
        )
        if rejection is None:
            sentence = _("The specimen of this case was not rejected.")
            raise Conflict(sentence, code="state", details={"state": str(case.state)})
        sent = case.resubmissions.exclude(state=CaseState.CANCELLED).first()
        if sent is not None:
            sentence = _("This specimen was sent again already: case %(number)s.") % {"number": sent.accession_number}
            raise Conflict(sentence, code="sent_again", details={"case": str(sent.pk)})
        names = [*_AS_IT_WAS, *(() if rejection.needs_new_blood else _OF_THE_BLOOD)]
        details = {"accession_number": accession_number, **{name: getattr(case, name) for name in names}}
        if rejection.order is None:
            return create_case(actor=actor, patient=case.patient, clinic=case.clinic, resubmission_of=case, **details)
        return open_case_of_order(actor=actor, order=rejection.order, **details).case


def _forget_the_blood(actor: User, order: Order) -> None:
    """Take from an order that waits again when the first blood was taken and what was counted in it: of other blood it is wrong."""
    order.refresh_from_db(from_queryset=Order.objects.select_for_update(no_key=True))
    before = {name: getattr(order, name) for name, value in _OF_THE_BLOOD.items() if getattr(order, name) != value}
    if not before:
        return
    for name in before:
        setattr(order, name, _OF_THE_BLOOD[name])
    order.updated_at = timezone.now()
    order.save()
    after = {name: getattr(order, name) for name in before} | {"row": order_digest(Order.objects.get(pk=order.pk))}
    record(actor=actor, action=Action.UPDATE, target=order, before=before, after=after, **scope_of(order))


def _checked(reasons: Iterable[str], words: str) -> tuple[list[SpecimenReason], str]:
    """The reasons in the order of the list, and the words without space around them."""
    chosen, words = set(reasons), words.strip()
    if not chosen:
        raise _unfit("reasons", "reason_missing", _("Choose why the specimen cannot be used."))
    if chosen - set(SpecimenReason.values):
        raise _unfit("reasons", "reason_unknown", _("Choose reasons of the list."))
    given = [reason for reason in SpecimenReason if reason in chosen]
    vague = [str(reason.label) for reason in given if WHAT_NEXT[reason].needs_words]
    if vague and not words:
        sentence = _('Say more about this in your own words: "%(reason)s"') % {"reason": vague[0]}
        raise _unfit("words", "words_missing", sentence)
    return given, words


def _unfit(name: str, code: str, sentence: str) -> Unprocessable:
    return Unprocessable(sentence, code=code, details={"errors": {name: [sentence]}})
