"""Searching over FHIR: by numbers, by time, with what belongs to a report, page by page."""

import pytest

from cases.states import CaseState
from tests.contract.reading_fhir._reading import found_in, get, issue_of, read
from tests.factories.reports import signed_report
from tests.factories.specimens import specimen

pytestmark = pytest.mark.django_db


def test_an_unknown_parameter_is_refused_unless_the_client_is_lenient(lis, report):
    issue = issue_of(get(lis, "DiagnosticReport", {"accesion": "A-1"}), 400)
    assert (issue["code"], "accesion" in issue["diagnostics"]) == ("invalid", True)
    assert get(lis, "DiagnosticReport", {"accesion": "A-1"}, Prefer="handling=lenient").status_code == 200


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status": "final"}, 1),
        ({"status": "corrected"}, 0),
        ({"status": "no-such"}, 0),
        ({"code": "http://loinc.org|24318-8"}, 1),
        ({"code": "26511-6"}, 0),
        ({"issued": "ge2020"}, 1),
        ({"issued": "lt2020-01-01"}, 0),
        ({"_lastUpdated": "ge2020-01-01T00:00:00Z"}, 1),
        ({"patient": "nobody"}, 0),
        ({"based-on": "ServiceRequest/00000000-0000-0000-0000-000000000000"}, 0),
    ],
)
def test_a_search_narrows(lis, report, query, count):
    assert len(found_in(read(lis, "DiagnosticReport", query))) == count


@pytest.mark.parametrize(
    "query",
    [
        {"issued": "yesterday"},
        {"issued": ""},
        {"issued": "2026-13"},
        {"_count": "0"},
        {"_sort": "issued"},
        {"_include": "*"},
    ],
)
def test_what_cannot_be_read_is_refused(lis, report, query):
    assert issue_of(get(lis, "DiagnosticReport", query), 400)["code"] == "invalid"


def test_a_report_is_found_by_its_numbers(lis, made, report):
    number = made.case.accession_number
    for query in (
        {"accession": number},
        {"identifier": f"urn:hematovision:accession:{made.case.laboratory.slug}|{number}"},
        {"identifier": f"urn:ietf:rfc:3986|urn:uuid:{report.pk}"},
        {"based-on": f"ServiceRequest/{made.case.order.pk}"},
        {"_id": str(made.case.pk)},
    ):
        assert [one["id"] for one in found_in(read(lis, "DiagnosticReport", query))] == [str(made.case.pk)], query
    assert not found_in(read(lis, "DiagnosticReport", {"identifier": f"urn:other|{number}"}))


def test_what_belongs_to_a_report_comes_with_it(lis, report):
    query = {"_include": ["DiagnosticReport:result", "DiagnosticReport:specimen", "DiagnosticReport:media"]}
    kinds = {one["resourceType"] for one in found_in(read(lis, "DiagnosticReport", query))}
    assert kinds == {"DiagnosticReport", "Media", "Observation", "Specimen"}


def test_a_page_leads_to_the_next(lis, amina, pavel):
    for number in range(3):
        made = specimen(by=amina, state=CaseState.SIGNED, number=number, version=None, owner=pavel)
        signed_report(made.case, pavel)
    first = read(lis, "DiagnosticReport", {"_count": "2"})
    links = {link["relation"]: link["url"] for link in first["link"]}
    second = lis.http.get(links["next"]).json()
    ids = [one["id"] for one in (*found_in(first), *found_in(second))]
    assert len(set(ids)) == len(ids) == 3
    assert "next" not in {link["relation"] for link in second["link"]}
