"""Reads of the clinical record that pages and the API share; finer ones are methods of the querysets.

A record is fetched by `visible_case`, `visible_image`, `visible_order` or `visible_record` and no other way, so that no page forgets that
its case may be closed to the person: each raises `Http404` for what the person does not see, as for one that is not
there, and `CaseClosedByBlinding` while they owe a blinded second opinion on the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Organisation, OrganisationKind, Role, User
from cases.blinding import require_open, require_open_id
from cases.models import Case, Cell, LabelSource, Order, SmearImage
from cases.models.restriction import sees_restricted
from cases.permissions import may_see_legal_holds
from hematovision.errors import Unprocessable
from microscopes.models import Microscope

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from cases.models import CaseQuerySet, LegalHold, Patient, PatientRestriction, SmearImageQuerySet
    from microscopes.models import MicroscopeQuerySet


def visible_case(user: User, pk: UUID, cases: CaseQuerySet | None = None) -> Case:
    """Return the case with its people and places, or as `cases` says (what is joined, a lock)."""
    if cases is None:
        cases = Case.objects.select_related("patient", "clinic", "laboratory", "owner", "created_by", "order")
    case: Case = get_object_or_404(cases.visible_to(user), pk=pk)
    require_open(user, case)
    return case


def visible_image(user: User, pk: UUID, images: SmearImageQuerySet | None = None) -> SmearImage:
    """Return the image with its case, or as `images` says. To show nothing but the image itself, ask its queryset."""
    if images is None:
        images = SmearImage.objects.select_related("case__laboratory")
    image: SmearImage = get_object_or_404(images.visible_to(user), pk=pk)
    require_open_id(user, image.case_id)
    return image


def visible_order(user: User, pk: UUID) -> Order:
    """Return the order with its people, places and case; while its case is closed to the person, so is the order."""
    orders = Order.objects.select_related("patient", "clinic", "laboratory", "case")
    order: Order = get_object_or_404(orders.visible_to(user), pk=pk)
    if order.case_id is not None:
        require_open_id(user, order.case_id)
    return order


def visible_record(records: Any, user: User, pk: UUID) -> Any:
    """Return the one of `records` with this id: a queryset with `visible_to`, of rows that have a `case`."""
    found = records.visible_to(user).filter(pk=pk).first()
    if found is not None:
        return found
    # What belongs to a closed case is not visible; why it is not is said all the same.
    case_id = records.order_by().values_list("case_id", flat=True).filter(pk=pk).first()
    if case_id is not None:
        require_open_id(user, case_id)
    raise Http404


def clinics_seen_by(user: User) -> QuerySet[Organisation]:
    """Return the clinics of the cases that `user` sees, by name.

    Clinics are few: each is asked for one case, where a list of every case's clinic grows with the cases.
    """
    cases = Case.objects.visible_to(user).order_by().filter(clinic=OuterRef("pk"))
    return Organisation.objects.filter(Exists(cases)).order_by("name")


def places_acted_for(user: User) -> QuerySet[Organisation]:
    """Return the organisations that a laboratory's client enters records for: its own, and the clinics that refer to it."""
    place = user.organisation_id
    return Organisation.objects.filter(Q(pk=place) | Q(refers_to=place, is_active=True))


def people_at_clinic_of(case: Case) -> QuerySet[User]:
    """Return who is told what the laboratory wants of the clinic of `case`: who sends cases from there."""
    at_laboratory = case.clinic.kind == OrganisationKind.LABORATORY
    roles = {Role.PATHOLOGIST, Role.ADMINISTRATOR} if at_laboratory else {Role.UPLOADER}
    return User.objects.filter(organisation=case.clinic_id, is_active=True, role__in=roles)


def legal_holds_in_force(user: User, case: Case) -> list[LegalHold]:
    """Return the legal holds on `case` that nobody released, newest first; none for whoever is not told of them."""
    if not may_see_legal_holds(user, case):
        return []
    return list(case.legal_holds.in_force().select_related("placed_by"))


def restriction_in_force(user: User, patient: Patient) -> PatientRestriction | None:
    """Return the restriction of `patient`, whom `user` sees; None for none, which who sees no restricted one knows."""
    return patient.restrictions.in_force().first() if sees_restricted(user) else None


def microscopes_for(case: Case) -> MicroscopeQuerySet:
    """Return the microscopes in use with which images of `case` can be taken: the clinic's and the laboratory's."""
    places = {case.clinic_id, case.laboratory_id}
    return Microscope.objects.filter(organisation__in=places).in_use().select_related("organisation")


def chosen_microscope(case: Case, pk: UUID | None) -> Microscope | None:
    """Return the one of `microscopes_for(case)` with this id, None for no id. Raises `Unprocessable` for any other."""
    if pk is None:
        return None
    found = microscopes_for(case).filter(pk=pk).first()
    if found is None:
        sentence = _("Images of this case are not taken with this microscope. Choose one of those in use.")
        raise Unprocessable(sentence, code="no_such_microscope", details={"errors": {"microscope": [sentence]}})
    return found


def remembered_scale(image: SmearImage) -> float | None:
    """Return the scale that the microscope of `image` is known to have, um/px; None where nobody knows it."""
    return image.microscope.um_per_px if image.microscope is not None else None


@dataclass(frozen=True, slots=True)
class ReviewStatus:
    """How many of the cells of a case people decided on."""

    reviewed: int
    total: int

    @property
    def is_complete(self) -> bool:
        """Whether there are cells and each is decided on."""
        return 0 < self.total == self.reviewed

    @property
    def sentence(self) -> str:
        """How far the review of an unsigned case has come, without a full stop."""
        if not self.reviewed:
            return _("Not yet reviewed by a pathologist")
        if self.reviewed < self.total:
            values = {"reviewed": self.reviewed, "total": self.total}
            return _("%(reviewed)s of %(total)s cells reviewed, not signed") % values
        if self.total == 1:
            return _("The cell is reviewed, not signed")
        return _("All %(total)s cells reviewed, not signed") % {"total": self.total}


def review_status(case: Case) -> ReviewStatus:
    """Return how far the review of `case` has come, in one query; false detections are no cells."""
    decided = Q(label_source=LabelSource.HUMAN) | Q(excluded=True)
    found = (
        Cell.objects.current()
        .filter(image__case=case, removed=False)
        .aggregate(total=Count("pk"), reviewed=Count("pk", filter=decided))
    )
    return ReviewStatus(reviewed=found["reviewed"], total=found["total"])
