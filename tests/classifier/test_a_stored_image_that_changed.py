import pytest

from classifier.services import run_analysis

pytestmark = pytest.mark.django_db


def fails_with(image, words):
    run_analysis(image_id=image.pk, worker="w")
    image.refresh_from_db()
    analysis = image.analyses.get()
    assert (image.state, analysis.state, analysis.problem_kind) == ("failed", "failed", "file")
    assert words in analysis.problem
    assert image.problem == analysis.problem
    assert not image.cells.exists()


def test_changed_bytes_are_never_read_as_the_smear(image, engine):
    path = image.original.path
    with open(path, "ab") as stored:  # noqa: PTH123
        stored.write(b"x")

    fails_with(image, "SHA-256")


def test_a_missing_file_is_said_to_be_missing(image, engine):
    image.original.storage.delete(image.original.name)

    fails_with(image, "missing")
