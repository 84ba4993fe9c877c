"""The page of a microscope draws its cells and fields beside what the model's card tells, for those who may see them."""

from __future__ import annotations

import pytest

from classifier.models import Analysis, ModelVersion
from microscopes.models import Microscope
from tests.factories.analysed_cases import PredictedCell, analysed_case
from tests.factories.standings import stands
from workbench.camera_plots import novelty_histogram, strip

READINGS = {
    "exposure": {"value": 201.5, "verdict": "good", "sentence": "Well lit."},
    "focus": {"value": 0.6, "verdict": "acceptable", "sentence": "Slightly out of focus."},
}


def test_cells_are_counted_by_steps_of_novelty_the_last_one_open():
    plot = novelty_histogram([0.1, 0.19, 0.2, 9.0], 1.28)
    assert [bar.count for bar in plot.bars if bar.count] == [2, 1, 1]
    assert (plot.bars[0].words, plot.bars[-1].words, plot.bars[-1].count) == ("0.0 to 0.2", "3.0 or more", 1)
    assert plot.left < plot.median < plot.limit < plot.right


def test_nothing_is_drawn_of_nothing():
    assert novelty_histogram([], 1.28) is None
    assert strip([], 0, 1, decimals=1) is None


def test_a_strip_reaches_as_far_as_its_values():
    drawn = strip([0.1, 0.2, 1.6], 0, 1, decimals=1)
    assert drawn.ends == ("0.0", "1.6")
    assert (drawn.middle, drawn.fields) == (0.2, 3)
    assert strip([0.5], 0, 1, decimals=1).middle == 0.5


@pytest.fixture
def window(db, riverside):
    return Microscope.objects.create(organisation=riverside, name="By the window")


@pytest.fixture
def taken(riverside, window):
    """`taken(labels)`: a case of the microscope whose only image shows these cells, of novelty 1.6."""

    def make(labels, **how):
        case = analysed_case(riverside, [PredictedCell(label, novelty=1.6) for label in labels], **how)
        image = case.images.get()
        image.microscope, image.microscope_source = window, "chosen"
        image.save()
        Analysis.objects.filter(image=image).update(
            quality={"verdict": "good", "readings": READINGS}, scale_source="red cells"
        )
        stands(image)
        return case

    return make


def figures(client, user, window):
    client.force_login(user)
    return client.get(f"/microscopes/{window.pk}/").context["figures"]


def test_a_microscope_without_images_says_so(client, pavel, window):
    client.force_login(pavel)
    assert "no image of it has been analysed" in client.get(f"/microscopes/{window.pk}/").content.decode()


def test_novelty_classes_and_fields_are_drawn_beside_the_card(client, pavel, window, taken):
    taken(["neutrophil", "neutrophil", "neutrophil", "basophil"])
    ModelVersion.objects.update(
        card={
            "data": {"crops": {"train": {"a": {"neutrophil": 30}, "b": {"basophil": 70}}}},
            "novelty": {"camera_limit": 1.5},
        }
    )

    shown = figures(client, pavel, window)

    assert (shown.novelty.cells, shown.novelty.middle, shown.limit) == (4, 1.6, 1.5)
    mix = {row.cell_class.code: (row.count, row.here, row.trained) for row in shown.mix}
    assert mix["neutrophil"] == (3, 0.75, 0.3)
    assert mix["basophil"] == (1, 0.25, 0.7)
    assert [(reading.name, reading.strip.middle, reading.verdicts) for reading in shown.readings] == [
        ("Empty glass", 201.5, (("good", 1),)),
        ("Width of the sharpest edges", 0.6, (("acceptable", 1),)),
        ("Scale", 0.1, ()),
    ]
    told = " ".join(client.get(f"/microscopes/{window.pk}/").content.decode().split())
    assert "Median 1.60, limit 1.50." in told
    assert "beside the 100 crops that it was trained on" in told


def test_a_card_without_counts_is_not_compared_with(client, pavel, window, taken):
    taken(["neutrophil"])
    assert {row.trained for row in figures(client, pavel, window).mix} == {None}
    assert "Trained on" not in client.get(f"/microscopes/{window.pk}/").content.decode()


def test_who_sees_no_prediction_before_the_signature_sees_fields_only(client, amina, window, taken):
    taken(["neutrophil"])
    shown = figures(client, amina, window)
    assert (shown.version, shown.novelty, shown.mix) == (None, None, ())
    assert len(shown.readings) == 3


def test_who_reviews_blinded_is_shown_no_class_of_cells_still_to_review(client, pavel, central, window, taken):
    central.blind_review = True
    central.save()
    taken(["neutrophil"])
    shown = figures(client, pavel, window)
    assert (shown.novelty, shown.mix) == (None, ())
