"""Clinical records for tests: real files in the test's storage, one trait per state."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import ClassVar

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Role, User
from cases.models import Case, CaseTransition, Cell, ImageTransition, Patient, Sex, SmearImage
from cases.states import CaseState, ImageState
from tests.factories.image_files import image_bytes

DETECTOR = "test-detector"
"""The detector that found the cells of the factories."""


class PatientFactory(factory.django.DjangoModelFactory):
    """A patient; give the `organisation`."""

    class Meta:
        model = Patient

    mrn = factory.Sequence(lambda n: f"MRN-{n:05d}")
    family_name = factory.Sequence(lambda n: f"Okonkwo{n}")
    given_name = "Adaeze"
    birth_date = dt.date(1980, 2, 29)
    sex = Sex.FEMALE


def _uploader(organisation) -> User:
    found = User.objects.filter(organisation=organisation, role=Role.UPLOADER).first()
    return found or User.objects.create_user(
        f"sender@{organisation.slug}.example", full_name="Sender", role=Role.UPLOADER, organisation=organisation
    )


class CaseFactory(factory.django.DjangoModelFactory):
    """A case; give the `clinic`. Traits: one per state but draft."""

    class Meta:
        model = Case
        skip_postgeneration_save = True

    class Params:
        _sent = {"submitted_at": factory.LazyFunction(timezone.now), "due_at": factory.LazyFunction(timezone.now)}
        submitted = factory.Trait(state=CaseState.SUBMITTED, **_sent)
        analysing = factory.Trait(state=CaseState.ANALYSING, **_sent)
        ready = factory.Trait(state=CaseState.READY, **_sent)
        in_review = factory.Trait(
            state=CaseState.IN_REVIEW, owner=factory.LazyAttribute(lambda case: _uploader(case.clinic)), **_sent
        )
        signed = factory.Trait(state=CaseState.SIGNED, **_sent)
        delivered = factory.Trait(state=CaseState.DELIVERED, **_sent)
        corrected = factory.Trait(state=CaseState.CORRECTED, **_sent)
        appended = factory.Trait(state=CaseState.APPENDED, **_sent)
        withdrawn = factory.Trait(state=CaseState.WITHDRAWN, **_sent)
        cancelled = factory.Trait(state=CaseState.CANCELLED)
        rejected = factory.Trait(state=CaseState.REJECTED, **_sent)

    patient = factory.LazyAttribute(lambda case: PatientFactory(organisation=case.clinic))
    laboratory = factory.LazyAttribute(lambda case: case.clinic.laboratory)
    created_by = factory.LazyAttribute(lambda case: _uploader(case.clinic))
    accession_number = factory.Sequence(lambda n: f"A-{n:05d}")

    @factory.post_generation
    def first_transition(self, create, extracted, **kwargs):
        """Every case has the row of how it came to be in its state."""
        if create:
            CaseTransition.objects.create(case=self, to_state=self.state, by=self.created_by, reason="factory")


class SmearImageFactory(factory.django.DjangoModelFactory):
    """An image with its original in storage; give the `case`. Traits: `analysed`, `failed`, `rejected`, `shown`."""

    class Meta:
        model = SmearImage
        skip_postgeneration_save = True

    class Params:
        content = factory.Sequence(lambda n: image_bytes(seed=n + 1000))
        analysed = factory.Trait(state=ImageState.ANALYSED)
        failed = factory.Trait(state=ImageState.FAILED, problem="The analysis stopped because of a defect of ours.")
        rejected = factory.Trait(state=ImageState.REJECTED, problem="The picture is out of focus.")
        shown = factory.Trait(
            display=factory.LazyFunction(lambda: ContentFile(image_bytes("JPEG"), "display.jpg")),
            thumbnail=factory.LazyFunction(
                lambda: ContentFile(image_bytes("JPEG", width=40, height=32), "thumbnail.jpg")
            ),
        )

    ordinal = factory.LazyAttribute(lambda image: image.case.images.count() + 1)
    sha256 = factory.LazyAttribute(lambda image: hashlib.sha256(image.content).hexdigest())
    original = factory.LazyAttribute(lambda image: ContentFile(image.content, "original.png"))
    media_type = "image/png"
    byte_size = factory.LazyAttribute(lambda image: len(image.content))
    width, height = 80, 60
    uploaded_by = factory.LazyAttribute(lambda image: image.case.created_by)

    @factory.post_generation
    def first_transition(self, create, extracted, **kwargs):
        """Every image has the row of how it came to be in its state."""
        if create:
            ImageTransition.objects.create(image=self, to_state=self.state, by=self.uploaded_by, reason="factory")


class CellFactory(factory.django.DjangoModelFactory):
    """A detected cell; give the `image`."""

    class Meta:
        model = Cell

    ordinal = factory.LazyAttribute(lambda cell: cell.image.cells.count() + 1)
    detector = DETECTOR
    x, y, width, height, area_px = 10, 8, 20, 22, 300
    label = "neutrophil"
    score = 0.97


class EveryState:
    """One case per state, by state, in one clinic."""

    traits: ClassVar[list[str]] = [str(state) for state in CaseState if state != CaseState.DRAFT]

    @classmethod
    def build(cls, clinic) -> dict[str, Case]:
        """Build the cases; returns `{state: case}`, draft included."""
        cases = {trait: CaseFactory(clinic=clinic, **{trait: True}) for trait in cls.traits}
        return {"draft": CaseFactory(clinic=clinic), **cases}
