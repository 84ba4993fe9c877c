"""After twenty cells a model says that it does not know a camera; its names are then held back as the laboratory decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.models import AuditEvent
from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell
from classifier.models import CameraStanding, Prediction
from classifier.selectors import camera_of, camera_standing, unknown_cameras
from classifier.services import claim_analysis, store_result
from classifier.services.held_names import hold_back_names
from classifier.standing import Standing, is_named, judge
from microscopes.models import Microscope
from tests.factories.analyses import field_result

CARD = {"novelty": {"camera_limit": 1.5, "strict_score": 0.9}}


@pytest.mark.parametrize(
    ("novelties", "card", "standing"),
    [
        ([2.0] * 19, {}, "few"),
        ([1.28] * 20, {}, "known"),
        ([1.29] * 20, {}, "unknown"),
        # A few novel cells are rare cells, not a camera.
        ([1.0] * 11 + [9.0] * 9, {}, "known"),
        ([1.4] * 20, CARD, "known"),
        ([1.6] * 20, CARD, "unknown"),
    ],
)
def test_the_median_of_twenty_cells_decides_by_the_limit_of_the_card(novelties, card, standing):
    assert judge(novelties, card) == standing


def test_a_model_made_for_the_camera_is_calibrated():
    assert judge([9.0] * 50, {}, calibrated=True) == Standing.CALIBRATED


@pytest.mark.parametrize(
    ("rule", "score", "named"),
    [("all", 1.0, False), ("strict", 0.989, False), ("strict", 0.99, True), ("mark", 0.6, True)],
)
def test_the_rule_of_the_laboratory_holds_on_an_unknown_camera_only(rule, score, named):
    assert is_named(score=score, identified=True, standing=Standing.UNKNOWN, rule=rule, card={}) is named
    for standing in (Standing.FEW, Standing.KNOWN, Standing.CALIBRATED):
        assert is_named(score=score, identified=True, standing=standing, rule=rule, card={})
        assert not is_named(score=score, identified=False, standing=standing, rule=rule, card={})


def test_the_strict_confidence_is_the_cards():
    assert is_named(score=0.9, identified=True, standing=Standing.UNKNOWN, rule="strict", card=CARD)


@pytest.fixture
def analysed(active, receive):
    """`analysed(seed, n, novelty)`: a received image in which the model found `n` cells of that novelty, one of them sure."""

    def make(seed, n, novelty, *, microscope=None):
        image = receive(seed)
        if microscope is not None:
            image.microscope, image.microscope_source = microscope, "chosen"
            image.save()
        result = field_result([(10 * i, 10, 9, 9) for i in range(n)])
        cells = [replace(cell, novelty=novelty, score=0.995 if i == 0 else 0.9) for i, cell in enumerate(result.cells)]
        analysis = claim_analysis(image_id=image.pk, worker="w")
        assert store_result(analysis=analysis, result=replace(result, cells=cells))
        hold_back_names(version=active, camera=camera_of(image))
        return image

    return make


def labels(image):
    return list(Cell.objects.filter(image=image).order_by("ordinal").values_list("label", flat=True))


@pytest.mark.django_db
class TestHoldingBack:
    def test_names_of_an_unknown_camera_need_the_strict_confidence(self, analysed, active):
        image = analysed(1, 25, 1.6)

        standing = camera_standing(version=active, image=image)
        assert (standing.state, standing.cells, standing.novelty) == ("unknown", 25, 1.6)
        assert labels(image) == ["eosinophil"] + [UNIDENTIFIED] * 24
        held = Prediction.objects.filter(identified=False)
        # The evidence stays: what it would have been called, and how sure.
        assert set(held.values_list("label", "score")) == {("eosinophil", 0.9)}

    def test_a_known_camera_loses_no_name(self, analysed):
        assert labels(analysed(1, 25, 1.0)) == ["eosinophil"] * 25

    def test_names_given_before_the_alarm_are_held_back_with_it(self, analysed, amina):
        first = analysed(1, 15, 1.6)
        assert labels(first) == ["eosinophil"] * 15
        decided = Cell.objects.get(image=first, ordinal=5)
        decided.label_source, decided.decided_by = "human", amina
        decided.save()
        revision = Cell.objects.get(image=first, ordinal=6).revision

        analysed(2, 10, 1.6)

        # The sure one and the one a person decided on keep their names.
        assert [n for n, label in enumerate(labels(first), start=1) if label == "eosinophil"] == [1, 5]
        assert Cell.objects.get(image=first, ordinal=6).revision == revision + 1
        assert Prediction.objects.filter(cell__image=first, identified=True).count() == 15

    def test_names_taken_back_are_in_the_audit_trail_of_their_case(self, analysed, case):
        analysed(1, 15, 1.6)
        analysed(2, 10, 1.6)

        (event,) = AuditEvent.objects.filter(object_id=str(case.pk), reason="The model does not know the camera.")
        assert event.after["cells_held_back"] == 14

    def test_a_case_that_is_signed_keeps_its_names(self, analysed, active, case):
        first = analysed(1, 15, 1.6)
        CameraStanding.objects.update(state="unknown")
        type(case).objects.filter(pk=case.pk).update(
            state="signed", submitted_at=case.created_at, due_at=case.created_at
        )

        assert hold_back_names(version=active, camera=camera_of(first)) == 0
        assert labels(first) == ["eosinophil"] * 15

    def test_a_laboratory_that_marks_only_keeps_the_names(self, analysed, central):
        central.unknown_camera = "mark"
        central.save()
        image = analysed(1, 25, 1.6)
        assert labels(image) == ["eosinophil"] * 25
        assert [standing.state for standing in unknown_cameras(image.case)] == ["unknown"]

    def test_each_microscope_is_judged_by_itself(self, analysed, active, riverside, case):
        known = analysed(1, 25, 1.0)
        window = Microscope.objects.create(organisation=riverside, name="By the window")
        strange = analysed(2, 25, 1.6, microscope=window)

        assert camera_standing(version=active, image=known).state == "known"
        assert camera_standing(version=active, image=strange).state == "unknown"
        assert labels(known) == ["eosinophil"] * 25
        assert [standing.microscope for standing in unknown_cameras(case)] == [window]

    def test_the_audit_trail_has_when_a_camera_became_unknown_and_known(self, analysed, central):
        analysed(1, 25, 1.6)
        analysed(2, 90, 1.0)

        standing = CameraStanding.objects.get()
        events = AuditEvent.objects.filter(object_type="classifier.camerastanding").order_by("id")
        assert [(event.before["state"], event.after["state"]) for event in events] == [
            ("few", "unknown"),
            ("unknown", "known"),
        ]
        assert {event.laboratory_id for event in events} == {central.pk}
        assert standing.state == "known"

    def test_case_and_field_say_so(self, client, pavel, analysed, case):
        image = analysed(1, 25, 1.6)
        case.state = "ready"
        case.submitted_at = case.due_at = case.created_at
        case.save()
        client.force_login(pavel)

        for address in (f"/cases/{case.pk}/", f"/images/{image.pk}/"):
            told = " ".join(client.get(address).content.decode().split())
            assert "Unknown camera: images of Riverside Clinic that name no microscope" in told
            assert "Names that are not highly confident are held back" in told
