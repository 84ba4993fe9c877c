"""The list of predictions serves oversight: administrators, auditors, clients with the scope."""

import pytest

from cases.cell_classes import CLASS_CODES
from cases.states import CaseState
from tests.contract.conftest import problem_of
from tests.factories.specimens import model_version, specimen

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(amina, lars):
    version = model_version()
    return [
        specimen(by=amina, state=CaseState.READY, number=1, version=version),
        specimen(by=amina, state=CaseState.READY, number=2, version=version),
        specimen(by=lars, state=CaseState.READY, number=3, version=version),
    ]


def ids(response):
    assert response.status_code == 200, response.content
    return {row["id"] for row in response.json()["results"]}


def pks(rows):
    return {str(row.pk) for row in rows}


def test_an_auditor_sees_those_of_the_laboratory(made, olga, session_of):
    assert ids(session_of(olga).get("/predictions/")) == pks([*made[0].predictions, *made[1].predictions])


def test_a_prediction_names_its_case_model_and_cell(made, ines, session_of):
    query = {"case": str(made[0].case.pk), "label": CLASS_CODES[0]}
    (row,) = session_of(ines).get("/predictions/", query).json()["results"]
    assert row["case"] == str(made[0].case.pk)
    assert row["image"] == str(made[0].image.pk)
    assert row["cell"] == str(made[0].cells[0].pk)
    assert row["box"] == [4, 4, 8, 8]
    assert (row["label"], row["score"], row["identified"]) == (CLASS_CODES[0], 0.9, True)
    assert row["current_label"] == CLASS_CODES[0]
    assert row["model"] == "tiny 1"
    assert "Family" not in str(row)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"label": CLASS_CODES[1]}, 2),
        ({"label": CLASS_CODES[5]}, 0),
        ({"label": "unidentified"}, 0),
        ({"score_lt": "0.9"}, 0),
        ({"score_lt": "0.95"}, 4),
        ({"score_gte": "0.9"}, 4),
        ({"created_after": "2020-01-01T00:00:00Z"}, 4),
        ({"created_after": "2999-01-01T00:00:00Z"}, 0),
        ({"model_version": "1"}, 4),
        ({"model_version": "2"}, 0),
        ({"clinic": "riverside-clinic"}, 4),
        ({"clinic": "lakeside-clinic"}, 0),
        ({"identified": "false"}, 0),
    ],
)
def test_filters_narrow(made, olga, session_of, query, found):
    assert len(ids(session_of(olga).get("/predictions/", query))) == found


def test_a_model_version_is_found_by_the_id_an_image_names(made, olga, session_of):
    caller = session_of(olga)
    named = caller.get(f"/images/{made[0].image.pk}/").json()["analysis"]["model_version"]
    assert len(ids(caller.get("/predictions/", {"model_version": named}))) == 4


@pytest.mark.parametrize(
    "query", [{"label": "blast"}, {"score_lt": "2"}, {"score_lt": "x"}, {"case": "1"}, {"classs": "x"}]
)
def test_an_impossible_filter_is_refused(made, olga, session_of, query):
    problem = problem_of(session_of(olga).get("/predictions/", query), 400)
    assert list(problem["errors"]) == list(query)


@pytest.mark.parametrize("who", ["amina", "pavel", "sami"])
def test_others_do_not_see_the_list(made, request, session_of, who):
    problem_of(session_of(request.getfixturevalue(who)).get("/predictions/"), 403)


def test_a_client_needs_the_scope_and_sees_its_organisation(made, lis_of, riverside, lakeside):
    problem_of(lis_of(riverside, "cases:read").get("/predictions/"), 403)
    assert ids(lis_of(lakeside, "predictions:read").get("/predictions/")) == pks(made[2].predictions)
