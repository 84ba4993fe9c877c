"""The pages say why no cell of an image is named, and lead those who may to where the scale is entered."""

import pytest

from classifier.inference.scale import RedCellRuler
from classifier.inference.scale_choice import judge_scale
from classifier.inference.types import Measurement, Quality
from classifier.models import Analysis
from tests.factories.analysed_cases import analysed_case
from tests.pages import text

pytestmark = pytest.mark.django_db

UNKNOWN = judge_scale(0.1, "unknown", red=RedCellRuler(None, 0))
BLURRED = Measurement(0.9, "poor", "Out of focus.")


@pytest.fixture
def case(riverside):
    return analysed_case(riverside, ["unidentified", "unidentified"])


@pytest.fixture
def measured(case):
    """Store what was measured of the case's only image."""

    def store(source="unknown", **measurements):
        quality = Quality("poor", {"smear": Measurement(1.0, "good", "A stained smear."), **measurements})
        Analysis.objects.update(quality=quality.as_dict(), scale_source=source)

    return store


def pages(case):
    return [f"/cases/{case.pk}/", f"/images/{case.images.get().pk}/"]


def test_case_and_field_say_so_and_lead_to_the_scale(client, pavel, case, measured):
    measured(scale=UNKNOWN)
    client.force_login(pavel)
    for page in pages(case):
        told = text(client.get(page))
        assert "<strong>Not named.</strong> The scale of this image is not known" in told
        assert f"/cases/{case.pk}/edit/#id_um_per_px" in told
        assert "Retake this field" not in told
        assert "retake advised" not in told


def test_what_has_to_be_retaken_is_said_beside_it(client, pavel, case, measured):
    measured(scale=UNKNOWN, focus=BLURRED)
    client.force_login(pavel)
    for page in pages(case):
        told = text(client.get(page))
        assert "<strong>Retake this field.</strong> Out of focus." in told
        assert told.count("The scale of this image is not known") == 1


def test_an_auditor_is_told_and_led_nowhere(client, olga, case, measured):
    measured(scale=UNKNOWN)
    client.force_login(olga)
    for page in pages(case):
        told = text(client.get(page))
        assert "Not named." in told
        assert "/edit/" not in told


def test_a_mere_guess_draws_no_scale_bar(client, pavel, case, measured):
    client.force_login(pavel)
    field = pages(case)[1]
    measured("red cells")
    assert client.get(field).context["viewer"]["umPerPx"] == 0.1
    measured(scale=UNKNOWN)
    assert client.get(field).context["viewer"]["umPerPx"] is None


def test_the_scale_is_in_sight_where_it_is_entered(client, pavel, case):
    client.force_login(pavel)
    told = client.get(f"/cases/{case.pk}/edit/").content.decode()
    details = told[told.rindex("<details", 0, told.index('id="id_um_per_px"')) :]
    assert "open" in details[: details.index(">")]
