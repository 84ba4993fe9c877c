"""The index names the addresses, and ``/me/`` says who asks."""

import pytest
from django.test import Client

from tests.contract.conftest import API, problem_of

pytestmark = pytest.mark.django_db


def test_the_index_is_open_and_leads_to_every_list(lis):
    addresses = Client().get(f"{API}/").json()
    assert {"docs", "schema", "me", "cases", "patients", "orders", "reports", "fhir"} <= set(addresses)
    # Uploads are begun and resumed, not listed: what they can do is asked with OPTIONS.
    assert lis.http.options(addresses.pop("uploads"), headers={"Tus-Resumable": "1.0.0"}).status_code == 204
    for address in addresses.values():
        assert lis.http.get(address).status_code == 200, address


def test_a_clinics_client_learns_its_place_and_scopes(lis_of, riverside):
    found = lis_of(riverside, "cases:read", "cases:write").get("/me/").json()
    assert found["role"] == "service"
    assert found["organisation"] == {"slug": "riverside-clinic", "name": riverside.name, "kind": "clinic"}
    assert found["laboratory"]["slug"] == "central-laboratory"
    assert found["scopes"] == ["cases:read", "cases:write"]
    assert found["clinics"] == []


def test_a_laboratorys_client_learns_the_clinics_it_may_name(lis_of, central, riverside, hilltop, lakeside):
    found = lis_of(central).get("/me/").json()
    assert [clinic["slug"] for clinic in found["clinics"]] == ["hilltop-clinic", "riverside-clinic"]
    assert lis_of(central, "cases:read").get("/me/").json()["clinics"] == []


def test_a_person_in_a_session_learns_their_role(session_of, pavel):
    found = session_of(pavel).get("/me/").json()
    assert (found["name"], found["role"], found["clinics"]) == (str(pavel), "pathologist", [])


def test_without_a_token_nobody_is_told_anything(db):
    problem_of(Client().get(f"{API}/me/"), 401)
