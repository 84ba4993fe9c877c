"""Orders are placed under a numbering of their own clinic, or one that nobody calls their own."""

from __future__ import annotations

import pytest

from accounts.services import set_organisation_numbers, update_organisation
from cases.models import Order
from cases.services.orders import receive_order
from hematovision.errors import Unprocessable
from tests.factories.cases import PatientFactory
from tests.factories.orders import waiting_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def numberings(amina, ines):
    """riverside-clinic has an HL7 assigning authority and a number in a system."""
    riverside = amina.organisation
    update_organisation(
        actor=ines, organisation=riverside, name=riverside.name, is_active=True, hl7_authority="RIV&2.16.840.1&ISO"
    )
    set_organisation_numbers(actor=ines, organisation=riverside, numbers=[("kis", "RIVKIS")])


@pytest.mark.parametrize(
    "name",
    [
        "riverside-clinic",
        " Riverside-Clinic ",
        "urn:hematovision:riverside-clinic",
        "RIV&2.16.840.1&ISO",
        "riv",
        "2.16.840.1",
        "urn:oid:2.16.840.1",
        "rivkis",
        "central-laboratory",
    ],
)
def test_nobody_orders_under_the_numbering_of_another_organisation(bora, numberings, name):
    with pytest.raises(Unprocessable, match="Another organisation") as refused:
        waiting_order(bora, "P-4711", placer_namespace=name)
    assert refused.value.code == "placer_namespace_of_another"
    assert set(refused.value.details["errors"]) == {"placer_namespace"}
    assert not Order.objects.exists()


@pytest.mark.parametrize("name", ["riverside-clinic", "RIV", "2.16.840.1", "RIVKIS", "ISO", "2.16.840", "WARD", "kis"])
def test_a_clinic_orders_under_its_own_numberings_and_those_that_nobody_has(amina, numberings, name):
    assert waiting_order(amina, "P-4711", placer_namespace=name).placer_namespace == name


def test_two_clinics_may_share_an_authority(amina, bora, ines, numberings):
    hilltop = bora.organisation
    update_organisation(actor=ines, organisation=hilltop, name=hilltop.name, is_active=True, hl7_authority="RIV")
    assert waiting_order(bora, "P-4711", placer_namespace="RIV").placer_namespace == "RIV"


def test_a_client_of_the_laboratory_uses_the_laboratorys_numbering(central, riverside, hilltop, client_of):
    """For a clinic that it orders for: there its own system gives the numbers."""
    given = {"actor": client_of(central), "patient": PatientFactory(organisation=riverside), "clinic": riverside}
    order = receive_order(**given, placer_number="1", placer_namespace="central-laboratory")
    assert order.placer_namespace == "central-laboratory"
    with pytest.raises(Unprocessable):
        receive_order(**given, placer_number="1", placer_namespace=hilltop.slug)


def test_a_name_of_another_laboratorys_clinic_is_free(amina, lakeside):
    assert waiting_order(amina, "P-4711", placer_namespace=lakeside.slug)
