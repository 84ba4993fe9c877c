"""A blood smear sent by a clinic to a laboratory."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationKind, Role
from accounts.models.user import LABORATORY_ROLES
from accounts.permissions import acts_for_clinics
from cases.blinding import closed_cases, model_output_hidden
from cases.cell_classes import UNIDENTIFIED
from cases.models.break_glass import opened_cases
from cases.models.restriction import restricted_patients, sees_restricted
from cases.states import CLOSED_STATES, IMAGE_ACCEPTING_STATES, OPEN_STATES, SIGNED_STATES, CaseState, ImageState
from microscopes.models import Stain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


FINEST_SCALE, COARSEST_SCALE = 0.02, 1.0
"""Scales a microscope's camera can have, um/px: from an oil objective on a fine sensor to a low one on a coarse one."""

_CLOCK_DIFFERENCE = timedelta(minutes=5)
"""How far ahead of ours a clinic's clock may be."""


class Priority(models.TextChoices):
    """How soon the clinic needs the result."""

    ROUTINE = "routine", _("Routine")
    URGENT = "urgent", _("Urgent")
    STAT = "stat", _("Stat")


def priority_rank() -> models.Case:
    """The expression that counts 0 for stat, 1 for urgent and 2 for routine."""
    return models.Case(
        models.When(priority=Priority.STAT, then=0),
        models.When(priority=Priority.URGENT, then=1),
        default=2,
        output_field=models.IntegerField(),
    )


def refuse_times_to_come(record: Any) -> None:
    """Raise `ValidationError` where `record` was collected or counted in the future."""
    for name in ("collected_at", "wbc_measured_at"):
        time = getattr(record, name)
        if time is not None and time > timezone.now() + _CLOCK_DIFFERENCE:
            raise ValidationError({name: _("This time lies in the future.")})


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases."""

    def visible_to(self, user: User | AnonymousUser, *, break_glass: bool = True) -> Self:
        """Return the cases `user` may see; for anyone and anything unknown, none.

        Clinic people and clients see their clinic's. People of a laboratory see what was submitted to their
        laboratory and what their laboratory itself entered; its administrators and auditors, and its clients that enter
        cases for clinics, see drafts too. A case
        that somebody broke the glass for is among theirs, to read, until that access ends; without `break_glass` only
        what their role and place let them see. Cases of a restricted patient are there for their laboratory's
        administrators and auditors alone, and no emergency opens them.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        ordinary = self._ordinary(user)
        if ordinary is None:
            return self.none()
        unrestricted = ~Q(patient__in=restricted_patients())
        if not sees_restricted(user):
            ordinary &= unrestricted
        opened = opened_cases(user) if break_glass else []
        return self.filter(ordinary | Q(pk__in=opened) & unrestricted) if opened else self.filter(ordinary)

    def open_to(self, user: User | AnonymousUser, *, break_glass: bool = True) -> Self:
        """Return the cases `user` may see and open: all but those closed while they owe a blinded second opinion."""
        return self.visible_to(user, break_glass=break_glass).exclude(closed_cases(user))

    def with_model_output_for(self, user: User | AnonymousUser) -> Self:
        """Return the cases of which `user` may see what the model said about every cell, now."""
        return self.visible_to(user).exclude(model_output_hidden(user))

    def _ordinary(self, user: User) -> Q | None:
        """What role and place let `user` see, as a condition; None for nothing."""
        organisation = user.organisation
        if organisation is None or not organisation.is_active:
            return None
        if user.role == Role.UPLOADER or organisation.kind != OrganisationKind.LABORATORY:
            may = user.role in {Role.UPLOADER, Role.SERVICE, *LABORATORY_ROLES}
            return Q(clinic=organisation) if may else None
        # What a laboratory enters itself it also reads, so one condition on one indexed column holds all of it.
        own = Q(laboratory=organisation)
        if user.role in {Role.ADMINISTRATOR, Role.AUDITOR} or acts_for_clinics(user):
            return own
        if user.role in {Role.PATHOLOGIST, Role.SERVICE}:
            return own & (Q(submitted_at__isnull=False) | Q(clinic=organisation))
        return None

    def open(self) -> Self:
        """Return the cases somebody still waits for."""
        return self.filter(state__in=OPEN_STATES)

    def with_accession_number(self, number: str) -> Self:
        """Return those with exactly this accession number, in whatever case it was typed."""
        return self.with_accession_numbers([number])

    def with_accession_numbers(self, numbers: Iterable[str]) -> Self:
        """Return those with exactly one of these accession numbers, in whatever case they were typed."""
        wanted = [number.strip().upper() for number in numbers]
        return self.annotate(upper_number=Upper("accession_number")).filter(upper_number__in=wanted)

    def with_counts(self, user: User | AnonymousUser) -> Self:
        """Annotate `image_count`, `analysed_count`, `problem_count`, `cell_count` and `unidentified_count`.

        The last two count cells that are not excluded; they are None where `user` may not see what the model said.
        Subqueries, not joins: joining images and cells multiplies rows.
        """
        images = apps.get_model("cases", "SmearImage")
        cells = apps.get_model("cases", "Cell")

        def count_of(rows: models.QuerySet[models.Model], path: str, only: Q | None = None) -> Coalesce:
            # The condition is inside the count: outside it tempts the planner to start from all rows that meet it.
            grouped = rows.order_by().values(path).annotate(number=Count("pk", filter=only)).values("number")
            return Coalesce(Subquery(grouped), 0, output_field=models.IntegerField())

        def if_shown(count: Coalesce) -> models.Case:
            return models.Case(
                models.When(model_output_hidden(user), then=None), default=count, output_field=models.IntegerField()
            )

        of_case = images.objects.counting().filter(case=OuterRef("pk"))
        cells_of_case = cells.objects.filter(image__case=OuterRef("pk"))
        counted = Q(excluded=False, superseded=False)
        return self.annotate(
            image_count=count_of(of_case, "case"),
            analysed_count=count_of(of_case, "case", Q(state=ImageState.ANALYSED)),
            problem_count=count_of(of_case, "case", Q(state__in=[ImageState.FAILED, ImageState.REJECTED])),
            cell_count=if_shown(count_of(cells_of_case, "image__case", counted)),
            unidentified_count=if_shown(count_of(cells_of_case, "image__case", counted & Q(label=UNIDENTIFIED))),
        )

    def most_pressing_first(self) -> Self:
        """Order as a worklist is read: stat before urgent before routine, then by due time."""
        return self.annotate(priority_rank=priority_rank()).order_by(
            "priority_rank", F("due_at").asc(nulls_last=True), "created_at", "id"
        )


class Case(models.Model):
    """One specimen of one patient, with the question asked of it and where its review stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("cases.Patient", on_delete=models.PROTECT, related_name="cases")
    clinic = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="cases_entered")
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="cases_referred")
    accession_number = models.CharField(
        max_length=64,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9._/\-]*\Z", _("Use letters, digits, dot, dash, slash and underscore only.")
            )
        ],
    )
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.ROUTINE)
    stain = models.CharField(max_length=24, choices=Stain.choices, default=Stain.WRIGHT_GIEMSA)
    objective = models.PositiveSmallIntegerField(
        "objective power",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text="Magnification of the objective: 40, 50, 60, 100.",  # not translated
    )
    um_per_px = models.FloatField(
        "scale",
        null=True,
        blank=True,
        validators=[MinValueValidator(FINEST_SCALE), MaxValueValidator(COARSEST_SCALE)],
        help_text="Micrometres per pixel of the images, if known; else measured on each image.",  # not translated
    )
    microscope = models.CharField(max_length=120, blank=True)
    camera = models.CharField(max_length=120, blank=True)
    clinical_question = models.TextField(max_length=2000, blank=True, validators=[MaxLengthValidator(2000)])
    collected_at = models.DateTimeField(null=True, blank=True)
    wbc = models.DecimalField(
        "white blood cell count",
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(2000)],
        help_text="10^9/L, as reported by the analyser.",
    )
    wbc_source = models.CharField("source of the WBC", max_length=120, blank=True)
    wbc_measured_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=CaseState.choices, default=CaseState.DRAFT, editable=False)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text="When its details, state, owner or images last changed.",  # not translated
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    owner = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="owned_cases", editable=False
    )

    resubmission_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="resubmissions", editable=False
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["laboratory", "accession_number"],
                name="accession_number_is_unique_within_laboratory",
                violation_error_message=_("The laboratory already has a case with this accession number."),
            ),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_is_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="case_priority_is_known"),
            models.CheckConstraint(condition=Q(stain__in=Stain.values), name="case_stain_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=[CaseState.DRAFT, CaseState.CANCELLED])
                | Q(submitted_at__isnull=False, due_at__isnull=False),
                name="submitted_case_has_submitted_and_due_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=CaseState.IN_REVIEW) | Q(owner__isnull=False),
                name="case_in_review_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(wbc__isnull=True) | Q(wbc__gte=0) & ~Q(wbc_source=""),
                name="wbc_is_not_negative_and_names_its_source",
                violation_error_message=_("Give the source of the white blood cell count (for instance the analyser)."),
            ),
            models.CheckConstraint(
                condition=Q(um_per_px__isnull=True) | Q(um_per_px__gt=0),
                name="case_scale_is_positive",
                violation_error_message=_("The scale in micrometres per pixel is a positive number."),
            ),
        ]
        indexes = [
            # The last two columns answer "submitted, or our own" without a look at the row.
            models.Index(
                fields=["laboratory", "state", "due_at", "submitted_at", "clinic"], name="case_laboratory_worklist"
            ),
            # Which of many patients one may see is asked patient by patient.
            models.Index(fields=["patient", "laboratory"], name="case_of_patient_at_laboratory"),
            models.Index(fields=["patient", "clinic"], name="case_of_patient_at_clinic"),
            models.Index(fields=["clinic", "state", "-created_at"], name="case_clinic_worklist"),
            models.Index(fields=["laboratory", "-created_at", "id"], name="case_newest_of_laboratory"),
            models.Index(fields=["clinic", "-created_at", "id"], name="case_newest_of_clinic"),
            models.Index(fields=["laboratory", "updated_at"], name="case_updated_of_laboratory"),
            models.Index(fields=["clinic", "updated_at"], name="case_updated_of_clinic"),
            models.Index(Upper("accession_number"), name="case_accession_number_any_case"),
        ]

    def __str__(self) -> str:
        return f"Case {self.accession_number}"

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save, and note when: whoever follows cases asks for what changed since."""
        self.updated_at = timezone.now()
        if update_fields is not None:
            update_fields = {*update_fields, "updated_at"}
        super().save(update_fields=update_fields, **kwargs)

    def clean(self) -> None:
        """Refuse times that have not come yet."""
        refuse_times_to_come(self)

    @property
    def is_signed(self) -> bool:
        """Whether a signed report stands."""
        return self.state in SIGNED_STATES

    @property
    def accepts_images(self) -> bool:
        """Whether further images may be added."""
        return self.state in IMAGE_ACCEPTING_STATES

    @property
    def is_overdue(self) -> bool:
        """Whether the result was due before now and is still awaited."""
        return self.due_at is not None and self.state not in CLOSED_STATES and self.due_at < timezone.now()
