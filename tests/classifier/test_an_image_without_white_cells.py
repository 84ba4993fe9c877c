import pytest

from classifier.tasks import analyse_image

pytestmark = pytest.mark.django_db


def test_it_is_analysed_with_reasons_and_no_cells(active, receive, engine):
    image = receive(cells={}, platelets=False, blur=1.5)

    analyse_image(str(image.pk))

    image.refresh_from_db()
    analysis = image.analyses.get()
    assert (image.state, analysis.state, image.problem) == ("analysed", "done", "")
    assert not image.cells.exists()
    assert analysis.quality["verdict"] == "poor"
    assert analysis.quality["reasons"]
