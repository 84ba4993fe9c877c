"""Whatever goes wrong below /api/ is a problem document."""

import uuid

import pytest
from django.test import Client

from cases.api.case import CaseList
from tests.contract.conftest import API, problem_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/nothing/", "/cases/4711/", "/cases/x/submit/"])
@pytest.mark.parametrize("method", ["get", "post", "delete", "put"])
def test_an_unknown_address_is_a_problem_for_every_method(lis, path, method):
    problem_of(getattr(lis.http, method)(API + path), 404)


def test_a_forgotten_slash_is_named(lis):
    assert "slash" in problem_of(lis.http.post(f"{API}/cases"), 404)["detail"]
    assert "slash" not in problem_of(lis.http.get(f"{API}/nothing"), 404)["detail"]


def test_an_unknown_id_is_a_problem(lis):
    for noun in ("patients", "cases", "images"):
        problem_of(lis.get(f"/{noun}/{uuid.uuid4()}/"), 404)


def test_a_method_that_is_not_there_is_a_problem(lis):
    answer = lis.http.delete(f"{API}/cases/")
    problem_of(answer, 405)
    assert "GET" in answer["Allow"]
    problem_of(lis.http.options(f"{API}/cases/"), 405)


def test_another_media_type_is_a_problem(lis):
    answer = lis.http.post(f"{API}/cases/", "a=1", content_type="application/x-www-form-urlencoded")
    problem_of(answer, 415)


def test_an_answer_in_another_format_is_a_problem(lis):
    problem_of(lis.get("/cases/", Accept="text/csv"), 406)


@pytest.mark.parametrize("body", ["{", '{"mrn": NaN}', "[]", '"x"', "null", "\xff"])
def test_a_body_that_is_no_object_is_a_problem(lis, body):
    answer = lis.http.post(f"{API}/patients/", body, content_type="application/json")
    problem_of(answer, 400)


def test_a_body_over_the_limit_is_a_problem(lis, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = {"mrn": "x" * 200}
    problem_of(lis.post("/patients/", body), 413)


def test_calling_too_often_is_a_problem(lis, monkeypatch):
    monkeypatch.setattr("hematovision.rest.throttles.PerCaller.rate", "2/min", raising=False)
    assert [lis.get("/cases/").status_code for _ in range(2)] == [200, 200]
    answer = lis.get("/cases/")
    problem_of(answer, 429)
    assert int(answer["Retry-After"]) > 0


def test_sending_too_many_images_is_a_problem(lis, monkeypatch):
    monkeypatch.setattr("hematovision.rest.throttles.PerScope.THROTTLE_RATES", {"upload": "1/min"}, raising=False)
    case = lis.new_case()["id"]
    assert lis.send(case, b"").status_code == 415
    problem_of(lis.send(case, b""), 429)
    assert lis.get(f"/cases/{case}/images/").status_code == 200, "reading is not sending"


def test_a_defect_is_a_problem_that_shows_nothing(lis, monkeypatch):
    def broken(self):
        raise RuntimeError("a secret")

    monkeypatch.setattr(CaseList, "get_queryset", broken)
    problem = problem_of(lis.get("/cases/"), 500)
    assert "secret" not in str(problem)
    assert problem["instance"].startswith("urn:uuid:")


def test_the_instance_is_the_request_id_of_the_headers(lis):
    answer = lis.get(f"/cases/{uuid.uuid4()}/")
    problem = problem_of(answer, 404)
    assert uuid.UUID(problem["instance"]) == uuid.UUID(answer["X-Request-ID"])


def test_answers_are_not_kept_by_caches(lis):
    lis.new_patient()
    assert "no-store" in lis.get("/patients/")["Cache-Control"]


def test_a_page_elsewhere_is_still_a_page():
    answer = Client().get("/nothing-here/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_a_forged_proxy_header_does_not_make_a_new_caller(monkeypatch):
    monkeypatch.setattr("hematovision.rest.throttles.PerAddress.rate", "2/min", raising=False)
    answers = [
        Client().get(f"{API}/nothing/", headers={"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    problem_of(answers[-1], 429)
