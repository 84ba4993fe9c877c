"""Automatic results: who sees them before a pathologist has signed, and what they look like."""

import pytest

from cases.cell_classes import CLASS_CODES
from cases.states import CaseState
from tests.contract.conftest import ALL_SCOPES
from tests.factories.specimens import model_version, specimen

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return model_version()


@pytest.fixture
def ready(amina, version):
    return specimen(by=amina, state=CaseState.READY, number=1, version=version)


@pytest.fixture
def signed(amina, version, pavel):
    return specimen(by=amina, state=CaseState.SIGNED, number=2, version=version, owner=pavel)


def read(caller, made):
    case = caller.get(f"/cases/{made.case.pk}/")
    image = caller.get(f"/images/{made.image.pk}/")
    assert (case.status_code, image.status_code) == (200, 200)
    return case.json(), image.json()


def test_a_client_with_the_scope_sees_unreviewed_results(lis, ready):
    case, image = read(lis, ready)
    assert (case["results_visible"], case["reviewed"]) == (True, False)
    assert (image["results_visible"], image["reviewed"]) == (True, False)
    assert "Not yet reviewed" in image["results_note"]
    expected = dict.fromkeys((*CLASS_CODES, "unidentified"), 0)
    assert case["counts"] == expected | {CLASS_CODES[0]: 1, CLASS_CODES[1]: 1}
    assert len(image["cells"]) == 2


def test_a_cell_has_everything_the_contract_names(lis, ready):
    _, image = read(lis, ready)
    cell = image["cells"][0]
    assert cell["id"] == str(ready.cells[0].pk)
    assert cell["box"] == [4, 4, 8, 8]
    assert (cell["label"], cell["score"], cell["identified"]) == (CLASS_CODES[0], 0.9, True)
    assert set(cell["probabilities"]) == set(CLASS_CODES)
    assert sum(cell["probabilities"].values()) == pytest.approx(1)


def test_an_image_names_its_analysis_and_quality(lis, ready, version):
    _, image = read(lis, ready)
    assert image["case"] == str(ready.case.pk)
    assert image["state"] == "analysed"
    assert image["quality"]["verdict"] == "good"
    analysis = image["analysis"]
    assert analysis["state"] == "done"
    assert analysis["model_version"] == str(version.pk)
    assert analysis["model"] == "tiny 1"
    assert analysis["started_at"]
    assert analysis["finished_at"]


@pytest.mark.parametrize("caller", ["uploader", "client without the scope"])
def test_before_sign_out_a_clinic_sees_no_results(caller, ready, amina, session_of, lis_of, riverside):
    scopes = [scope for scope in ALL_SCOPES if scope != "predictions:read"]
    who = session_of(amina) if caller == "uploader" else lis_of(riverside, *scopes)
    case, image = read(who, ready)
    assert (case["counts"], image["cells"]) == ({}, [])
    assert case["results_visible"] is image["results_visible"] is False
    assert "after a pathologist has signed" in case["results_note"]
    assert image["quality"]["verdict"] == "good", "advice on retaking is not a result"
    for row in (*ready.cells, *ready.predictions):
        assert str(row.pk) not in str((case, image))


@pytest.mark.parametrize("caller", ["uploader", "client without the scope"])
def test_after_sign_out_a_clinic_sees_them(caller, signed, amina, session_of, lis_of, riverside):
    who = session_of(amina) if caller == "uploader" else lis_of(riverside, "cases:read")
    case, image = read(who, signed)
    assert case["results_visible"] is case["reviewed"] is True
    assert sum(case["counts"].values()) == 2
    assert len(image["cells"]) == 2


def test_the_setting_shows_them_to_uploaders_before(ready, amina, session_of, settings):
    settings.HIDE_AI_FROM_UPLOADERS = False
    case, image = read(session_of(amina), ready)
    assert (case["results_visible"], case["reviewed"]) == (True, False)
    assert len(image["cells"]) == 2


@pytest.mark.parametrize("who", ["pavel", "ines", "olga"])
def test_the_laboratory_sees_them(who, ready, request, session_of):
    case, image = read(session_of(request.getfixturevalue(who)), ready)
    assert case["results_visible"] is True
    assert len(image["cells"]) == 2


def test_excluded_cells_leave_the_count_and_stay_in_the_image(lis, ready):
    ready.cells[0].excluded = True
    ready.cells[0].save()
    case, image = read(lis, ready)
    assert sum(case["counts"].values()) == 1
    assert [cell["excluded"] for cell in image["cells"]] == [True, False]
