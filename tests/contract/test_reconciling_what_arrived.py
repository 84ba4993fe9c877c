"""Reconciliation over the API: the laboratory's own client counts and compares, a clinic's learns nothing."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.models import PatientRestriction
from integrations.models import MessageState
from tests.contract.conftest import problem_of
from tests.factories.cases import CaseFactory
from tests.factories.connections import a_connection
from tests.factories.messages import a_message
from tests.factories.reports import signed_report


@pytest.fixture
def connection(central, ines):
    return a_connection(central, ines)


@pytest.fixture
def central_lis(lis_of, central):
    return lis_of(central, "reports:read")


@pytest.fixture
def address(connection):
    today = timezone.now().date()
    return f"/connections/{connection.pk}/reconciliation/?first={today - dt.timedelta(days=1)}&last={today}"


def post_list(caller, address, content):
    return caller.http.post(f"/api/v1{address}", content, content_type="text/csv")


def test_days_are_counted_by_what_became_of_the_versions(central_lis, address, riverside, amina, pavel):
    signed_report(CaseFactory(clinic=riverside, created_by=amina, submitted=True), pavel)
    body = central_lis.get(address).json()
    assert len(body["results"]) == 2
    found = next(day for day in body["results"] if day["signed"])
    assert (found["missing"], found["fates"]) == (1, {"none": 1})


def test_a_list_is_compared(central_lis, address):
    answer = post_list(central_lis, address, "accession,version,received_at\nNEVER-1,2,\n")
    assert answer.status_code == 200
    assert answer.json() == {
        "lines": 1,
        "owed": 0,
        "findings": [{"kind": "missing_here", "accession_number": "NEVER-1", "version_here": 0, "version_there": 2}],
    }


def test_a_bad_list_names_its_line(central_lis, address):
    answer = post_list(central_lis, address, "accession,version,received_at\nA-1,x,\n")
    problem = problem_of(answer, 422)
    assert problem["type"].endswith("bad-list")
    assert "Line 2" in problem["detail"]


def test_what_is_no_csv_is_not_taken(central_lis, address):
    assert central_lis.post(address, {"accession": "A-1"}).status_code == 415


@pytest.mark.parametrize(
    "days", ["first=2026-11-02&last=2026-11-01", "first=2026-01-01&last=2026-11-01", "first=2026-11-01"]
)
def test_days_that_make_no_sense_are_refused(central_lis, connection, days):
    assert central_lis.get(f"/connections/{connection.pk}/reconciliation/?{days}").status_code == 400


def test_a_clinics_client_learns_nothing_of_it(lis, address):
    assert lis.get(address).status_code == 404


def test_a_client_learns_nothing_of_a_restricted_patient(
    central_lis, address, connection, riverside, amina, pavel, ines
):
    report = signed_report(CaseFactory(clinic=riverside, created_by=amina, submitted=True), pavel)
    a_message(connection, case=report.case, report=report, state=MessageState.ACKNOWLEDGED)
    nothing = "accession,version,received_at\n"
    assert [found["kind"] for found in post_list(central_lis, address, nothing).json()["findings"]] == ["missing_there"]
    PatientRestriction.objects.create(
        patient=report.case.patient, restricted_by=ines, reason="The patient asked for erasure."
    )
    assert post_list(central_lis, address, nothing).json()["findings"] == []
