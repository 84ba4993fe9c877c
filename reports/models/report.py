"""One version of a signed report: frozen content and the file that was signed."""

from __future__ import annotations

import json
import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from cases.storage import clinical_storage
from cases.stored_files import open_stored
from reports.sealing import open_seal, unwrap

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class ReportKind(models.TextChoices):
    """What a version is to the one before it."""

    ORIGINAL = "original", gettext_lazy("Original")
    CORRECTED = "corrected", gettext_lazy("Corrected")
    APPENDED = "appended", gettext_lazy("Addendum")
    WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")


def sealed_pdf_name(instance: Any, filename: str) -> str:  # noqa: ARG001 (nobody's file name is used)
    """Return a fresh name for a sealed PDF."""
    key = uuid.uuid4().hex
    return f"reports/{key[:2]}/{key[2:4]}/{key}.sealed"


class ReportQuerySet(models.QuerySet["Report"]):
    """Questions about reports."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the reports of the cases `user` may open: a signed report is for everybody who does."""
        cases = Case.objects.open_to(user)
        if cases.query.is_empty():
            return self.none()
        return self.filter(Exists(cases.filter(pk=OuterRef("case"))))

    def current(self) -> Self:
        """Return of every case the last version."""
        later = Report.objects.filter(case=OuterRef("case"), version__gt=OuterRef("version"))
        return self.filter(~Exists(later))


class Report(models.Model):
    """Version `version` of the report of a case, as it was signed. Rows are inserted and read, nothing else.

    `sealed` is the canonical JSON (see `reports.presenters.content`) encrypted under the report's own key, `pdf` the file
    likewise; `content_sha256` and `pdf_sha256` are of the plain bytes, `images_sha256` of the canonical list of the
    images and their hashes. `digest` binds the three to the version, its kind and the version before it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    version = models.PositiveIntegerField(help_text="1 for the first signed report of the case.")
    kind = models.CharField(max_length=12, choices=ReportKind.choices, default=ReportKind.ORIGINAL)
    previous = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    reason_code = models.CharField(
        max_length=40,
        blank=True,
        help_text="Why there is a version after the first.",  # not translated
    )
    sealed = models.TextField(editable=False)
    content_sha256 = models.CharField("SHA-256 of the content", max_length=64, db_index=True)  # not translated
    pdf = models.FileField(storage=clinical_storage, upload_to=sealed_pdf_name, max_length=120, editable=False)
    pdf_sha256 = models.CharField("SHA-256 of the PDF", max_length=64, db_index=True)  # not translated
    pdf_size = models.PositiveIntegerField("bytes of the PDF")
    images_sha256 = models.CharField("SHA-256 of the list of images", max_length=64)  # not translated
    digest = models.CharField("SHA-256 that the signature signs", max_length=64, unique=True)  # not translated
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["case", "version"]
        indexes = [models.Index(fields=["created_at", "id"], name="report_in_order_of_signing")]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="a_case_has_each_report_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="report_versions_count_from_one"),
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_kind_is_known"),
            models.CheckConstraint(
                condition=Q(version=1, kind=ReportKind.ORIGINAL, previous__isnull=True)
                | Q(version__gt=1, previous__isnull=False) & ~Q(kind=ReportKind.ORIGINAL) & ~Q(reason_code=""),
                name="a_later_report_version_names_the_one_before_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"Report {self.pk}, version {self.version}"  # not translated

    @cached_property
    def content(self) -> str:
        """The canonical JSON text; raises `BrokenSealError` or `UndecryptableValueError` where it was altered."""
        return open_seal(unwrap(self.key.wrapped), self.sealed.encode("ascii")).decode("utf-8")

    @cached_property
    def data(self) -> dict[str, Any]:
        """The content as Python: what was signed, to be read and never changed."""
        found: dict[str, Any] = json.loads(self.content)
        return found

    def read_pdf(self) -> bytes:
        """Return the bytes of the PDF; raises `BrokenSealError`, or as `open_stored` where the file is gone or away."""
        with open_stored(str(self.pdf.name), _("The PDF of the report")) as file:
            return open_seal(unwrap(self.key.wrapped), file.read())

    @property
    def interpretation(self) -> str:
        """The pathologist's interpretation."""
        return str(self.data["interpretation"])

    @property
    def comments(self) -> str:
        """The pathologist's comments."""
        return str(self.data["comments"])

    @property
    def reason(self) -> str:
        """Why there is this version, in words; empty for the first."""
        return str(self.data["report"]["reason"])

    @property
    def language(self) -> str:
        """The language it was signed in; English before a laboratory could choose."""
        return str(self.data.get("language") or settings.LANGUAGE_CODE)

    @property
    def is_withdrawn(self) -> bool:
        """Whether this version takes the report back."""
        return self.kind == ReportKind.WITHDRAWN


class ReportKey(models.Model):
    """The key that opens one report, encrypted under the field keys: the only part a rotation writes anew."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, primary_key=True, related_name="key")
    wrapped = models.TextField(editable=False)

    def __str__(self) -> str:
        return f"Key of report {self.report_id}"  # not translated
