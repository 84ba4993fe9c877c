"""What a search over FHIR refuses, and that a scope of SMART opens the resource it names and no other."""

import base64
from urllib.parse import urlencode

import pytest

from accounts.scopes import SMART_SCOPES
from integrations.api.fhir.metadata import SEARCHES
from integrations.api.fhir.params import MOST_ALTERNATIVES
from integrations.api.fhir.scopes import SCOPES_OF
from tests.contract.conftest import bearer, new_client, token_of

pytestmark = pytest.mark.django_db
BASE = "/fhir/r4/"
PARAMS = [(view.resource, name) for view in SEARCHES for name in view.params]


@pytest.mark.parametrize(("resource", "name"), PARAMS)
def test_a_null_character_is_refused(session_of, olga, resource, name):
    """Asked by an auditor, who may search everything there is."""
    answer = session_of(olga).http.get(BASE + resource, {name: "a\x00b"})
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    ("resource", "name", "value"),
    [
        ("DiagnosticReport", "identifier", "A-{}"),
        ("DiagnosticReport", "patient", "Patient/{:032x}"),
        ("Patient", "birthdate", "{:04}"),
        ("Patient", "family", "Name{}"),
        ("Patient", "identifier", "{}"),
        ("ServiceRequest", "identifier", "{}"),
        ("Specimen", "accession", "{}"),
        ("Task", "identifier", "{}"),
    ],
)
def test_a_search_has_no_more_alternatives_than_a_database_can_look_up(lis, resource, name, value):
    values = [value.format(1900 + number) for number in range(MOST_ALTERNATIVES + 1)]
    assert lis.http.get(BASE + resource, {name: ",".join(values[:-1])}).status_code == 200
    answer = lis.http.get(BASE + resource, {name: ",".join(values)})
    assert answer.status_code == 400
    assert f"{MOST_ALTERNATIVES} alternatives" in answer.json()["issue"][0]["diagnostics"]


def test_a_parameter_is_repeated_ten_times_at_most(lis):
    assert lis.http.get(f"{BASE}Patient", {"family": ["Okafor"] * 10}).status_code == 200
    assert lis.http.get(f"{BASE}Patient", {"family": ["Okafor"] * 11}).status_code == 400


def test_searches_have_a_rate_of_their_own(lis, monkeypatch):
    rate = {"fhir_search": "2/min"}
    monkeypatch.setattr("hematovision.rest.throttles.PerScope.THROTTLE_RATES", rate, raising=False)
    assert [lis.http.get(BASE + resource).status_code for resource in ("Patient", "Specimen")] == [200, 200]
    answer = lis.http.get(f"{BASE}DiagnosticReport")
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (429, "throttled")
    assert int(answer["Retry-After"]) > 0
    assert lis.http.get(f"{BASE}Patient/00000000-0000-0000-0000-000000000000").status_code == 404, "a read is no search"


def test_every_search_counts():
    assert {view.throttle_scope for view in SEARCHES} == {"fhir_search"}


OPENED = {"Media": 404}


@pytest.mark.parametrize("smart", SMART_SCOPES)
def test_a_scope_of_smart_opens_what_it_names(riverside, smart):
    resource = smart.removeprefix("system/").removesuffix(".rs")
    assert SCOPES_OF[resource] == (SMART_SCOPES[smart],)
    client = new_client("riverside-clinic", SMART_SCOPES[smart])
    token = token_of(client, scope=smart).json()["access_token"]
    # Media has no search: nothing is there, and nobody is refused.
    assert bearer(token).http.get(BASE + resource).status_code == OPENED.get(resource, 200)


@pytest.mark.parametrize(
    ("resource", "name", "value"),
    [
        ("DiagnosticReport", "accession", "A-1"),
        ("DiagnosticReport", "identifier", "A-1"),
        ("Patient", "birthdate", "1980-02-29"),
        ("Patient", "family", "Okafor"),
        ("Specimen", "accession", "A-1"),
    ],
)
def test_a_repeated_parameter_does_not_double_the_statement(lis, resource, name, value, django_assert_max_num_queries):
    with django_assert_max_num_queries(100) as asked:
        assert lis.http.get(BASE + resource, {name: [value] * 10}).status_code == 200
    assert max(len(statement["sql"]) for statement in asked.captured_queries) < 30_000


@pytest.mark.parametrize("position", ["0001-01-01T00:00:00+14:00", "0001-01-01", "x", "2026-13-01T00:00:00+00:00"])
@pytest.mark.parametrize("address", ["/fhir/r4/Patient?_cursor=", "/api/v1/patients/?cursor="])
def test_a_page_address_that_nobody_gave_out_is_refused(lis, address, position):
    cursor = base64.b64encode(urlencode({"p": position}).encode()).decode()
    assert lis.http.get(f"{address}{cursor}").status_code == 400


@pytest.mark.parametrize("position", ["x", "9" * 30, "2026-05-04T00:00:00+00:00"])
def test_a_page_address_among_numbers_is_a_number(lis, position):
    case = lis.new_case()["id"]
    cursor = base64.b64encode(urlencode({"p": position}).encode()).decode()
    assert lis.get(f"/cases/{case}/images/", {"cursor": cursor}).status_code == 400


@pytest.mark.parametrize("address", ["", "metadata", "Patient", "Nothing", ".well-known/smart-configuration"])
def test_where_fhir_is_off_nothing_is_there(lis, client, settings, address):
    settings.SERVE_FHIR = False
    for caller in (lis.http, client):
        assert caller.get(BASE + address).status_code == 404
    assert lis.get("/patients/").status_code == 200
