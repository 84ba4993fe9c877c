"""The red cells of a microscope's own fields say its scale, once there are five of them."""

from __future__ import annotations

import pytest

from audit.models import AuditEvent
from cases.services.microscopes import correct_microscope
from classifier.models import Analysis
from classifier.services.scales import learn_scale
from classifier.tasks import analyse_image
from microscopes.models import Microscope
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.specimens import NOON

pytestmark = pytest.mark.django_db

SCALES = [0.080, 0.082, 0.084, 0.086, 0.200]


@pytest.fixture
def microscope(riverside):
    return Microscope.objects.create(organisation=riverside, name="By the window")


@pytest.fixture
def fields(microscope, riverside, version):
    """Five fields of the microscope, each with a scale of its own red cells."""
    case = CaseFactory(clinic=riverside, ready=True)
    images = [
        SmearImageFactory(case=case, analysed=True, microscope=microscope, microscope_source="only") for _ in SCALES
    ]
    for image, scale in zip(images, SCALES, strict=True):
        Analysis.objects.create(
            image=image,
            model_version=version,
            state="done",
            queued_at=NOON,
            started_at=NOON,
            finished_at=NOON,
            um_per_px=scale,
            scale_source="red cells",
        )
    return images


def test_four_fields_are_not_enough(microscope, fields):
    Analysis.objects.filter(image=fields[0]).update(scale_source="given")

    learn_scale(microscope_id=microscope.pk)

    microscope.refresh_from_db()
    assert (microscope.um_per_px, microscope.measured_fields) == (None, 4)


def test_five_fields_give_their_median_and_spread(microscope, fields):
    learn_scale(microscope_id=microscope.pk)

    microscope.refresh_from_db()
    assert microscope.um_per_px == pytest.approx(0.084)
    assert microscope.measured_spread == pytest.approx(0.002)
    (event,) = AuditEvent.objects.filter(object_id=str(microscope.pk))
    assert event.after["fields"] == 5


def test_a_scale_that_hardly_moves_is_kept_without_an_event(microscope, fields):
    learn_scale(microscope_id=microscope.pk)
    Analysis.objects.filter(image=fields[2]).update(um_per_px=0.0845)
    learn_scale(microscope_id=microscope.pk)

    microscope.refresh_from_db()
    assert microscope.measured_um_per_px == pytest.approx(0.0845)
    assert AuditEvent.objects.filter(object_id=str(microscope.pk)).count() == 1


def test_a_typed_scale_stands_before_a_measured_one(microscope, fields):
    microscope.typed_um_per_px = 0.1
    microscope.save()

    learn_scale(microscope_id=microscope.pk)

    microscope.refresh_from_db()
    assert (microscope.um_per_px, microscope.measured_um_per_px) == (0.1, pytest.approx(0.084))


def test_each_analysis_counts_its_field(image, engine, microscope):
    image.microscope, image.microscope_source = microscope, "only"
    image.save()

    analyse_image(str(image.pk))

    measured = image.analyses.get().scale_source == "red cells"
    microscope.refresh_from_db()
    assert (microscope.measured_fields, measured) == (1, True)


def test_a_corrected_microscope_forgets_what_was_never_its_own(
    microscope, fields, amina, django_capture_on_commit_callbacks
):
    learn_scale(microscope_id=microscope.pk)

    with django_capture_on_commit_callbacks(execute=True):
        correct_microscope(actor=amina, images=fields[:1], microscope=None)

    microscope.refresh_from_db()
    assert (microscope.um_per_px, microscope.measured_fields) == (None, 4)
