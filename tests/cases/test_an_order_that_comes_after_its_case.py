"""In a downtime the case is opened first and its order arrives later: a person links the two."""

from __future__ import annotations

import datetime as dt

import pytest

from audit.models import AuditEvent
from cases.models import Order
from cases.order_verification import check_orders
from cases.services.order_links import cases_for, link_order
from cases.states import OrderState
from hematovision.errors import Conflict, NotFound, PermissionRefused
from integrations.models import FeedEvent
from tests.factories.cases import CaseFactory, PatientFactory
from tests.factories.orders import waiting_order
from tests.factories.reports import signed_report

pytestmark = pytest.mark.django_db
DRAWN = dt.datetime(2026, 5, 4, 8, 30, tzinfo=dt.UTC)


@pytest.fixture
def case(riverside, amina):
    return CaseFactory(clinic=riverside, created_by=amina, submitted=True, collected_at=DRAWN)


@pytest.fixture
def order(amina, case):
    return waiting_order(amina, patient=case.patient, collected_at=DRAWN + dt.timedelta(hours=5))


def test_the_case_of_the_same_patient_and_day_is_offered(order, case, amina, pavel):
    assert list(cases_for(amina, order)) == list(cases_for(pavel, order)) == [case]


def test_a_case_without_a_time_of_collection_is_offered_while_it_is_recent(riverside, amina, order, case):
    recent = CaseFactory(clinic=riverside, created_by=amina, patient=case.patient)
    assert set(cases_for(amina, order)) == {case, recent}


@pytest.mark.parametrize(
    "other",
    [
        {"collected_at": DRAWN + dt.timedelta(days=1)},
        {"cancelled": True, "collected_at": DRAWN},
        {"withdrawn": True, "collected_at": DRAWN},
    ],
)
def test_another_day_and_an_ended_case_are_not_offered(riverside, amina, order, case, other):
    CaseFactory(clinic=riverside, created_by=amina, patient=case.patient, **other)
    assert list(cases_for(amina, order)) == [case]


def test_another_patient_is_not_offered(riverside, amina, case):
    order = waiting_order(amina, "P-2", patient=PatientFactory(organisation=riverside), collected_at=DRAWN)
    assert not cases_for(amina, order)
    with pytest.raises(NotFound):
        link_order(actor=amina, order=order, case=case)


def test_the_order_stands_where_its_case_stands(order, case, pavel):
    link_order(actor=pavel, order=order, case=case)
    stored = Order.objects.get(pk=order.pk)
    assert (stored.case, stored.state) == (case, OrderState.IN_PROGRESS)
    assert [step.to_state for step in stored.transitions.order_by("pk")] == ["requested", "accepted", "in_progress"]
    assert AuditEvent.objects.filter(object_id=str(order.pk), action="transition").count() == 2
    assert FeedEvent.objects.filter(type="order.accepted", case=case).exists()
    assert list(check_orders()) == []


def test_an_order_for_a_signed_case_is_completed(order, case, pavel, amina):
    signed_report(case, pavel)
    link_order(actor=amina, order=order, case=case)
    assert Order.objects.get(pk=order.pk).state == OrderState.COMPLETED


def test_a_case_has_one_order(order, case, amina):
    second = waiting_order(amina, "P-2", patient=case.patient, collected_at=DRAWN)
    link_order(actor=amina, order=order, case=case)
    with pytest.raises(NotFound):
        link_order(actor=amina, order=second, case=case)
    with pytest.raises(Conflict):
        link_order(actor=amina, order=order, case=case)


def test_strangers_and_auditors_do_not(order, case, bora, olga):
    with pytest.raises(NotFound):
        link_order(actor=bora, order=order, case=case)
    with pytest.raises(PermissionRefused):
        link_order(actor=olga, order=order, case=case)


def test_the_page_offers_and_links(client, order, case, amina):
    client.force_login(amina)
    assert "Link with a case" in client.get(f"/orders/{order.pk}/").content.decode()
    address = f"/orders/{order.pk}/link/"
    assert case.accession_number in client.get(address).content.decode()
    assert client.post(address, {"case": str(case.pk)}).status_code == 302
    assert Order.objects.get(pk=order.pk).case == case
    assert "There is no such case" in client.get(address).content.decode()


@pytest.mark.parametrize("chosen", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_the_page_asks_for_a_case(client, order, amina, chosen):
    client.force_login(amina)
    answer = client.post(f"/orders/{order.pk}/link/", {"case": chosen})
    assert answer.status_code == 400
    assert "Choose the case." in answer.content.decode()
