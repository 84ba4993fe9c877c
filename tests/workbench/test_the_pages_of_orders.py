"""Orders on pages: the list, one order, taking one back, and the case that is opened for one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from cases.models import Case, Order
from cases.services.orders import cancel_order, open_case_of_order
from tests.factories.cases import PatientFactory
from tests.factories.orders import waiting_order
from tests.pages import text as text_of

pytestmark = pytest.mark.django_db
NEW_CASE = "/cases/new/"


@pytest.fixture
def order(amina):
    return waiting_order(
        amina,
        "P-4711",
        priority="urgent",
        clinical_question="Left shift?",
        ordering_name="Dr. Osei",
        wbc=Decimal("7.40"),
        wbc_source="Analyser 3",
        collected_at=dt.datetime(2026, 5, 4, 8, 30, tzinfo=dt.UTC),
    )


@pytest.fixture
def page_of(client):
    """Return a function: the text of a page as a person sees it."""

    def read(person, address, **query):
        client.force_login(person)
        answer = client.get(address, query)
        assert answer.status_code == 200, answer.status_code
        return text_of(answer)

    return read


def opened(client, amina, **sent):
    client.force_login(amina)
    return client.post(NEW_CASE, {"stain": "giemsa", **sent})


def test_the_list_shows_what_waits_first_and_the_rest_by_state(page_of, amina, bora, ines, order):
    waiting_order(amina, "P-2")
    done = waiting_order(amina, "P-3")
    cancel_order(actor=amina, order=done, reason="Ordered twice.")
    waiting_order(bora, "P-9")
    text = page_of(amina, "/orders/")
    assert text.index("P-4711") < text.index("P-2")
    assert "P-3" not in text
    assert "P-9" not in text
    assert "P-3" in page_of(amina, "/orders/", state="ended")
    text = page_of(ines, "/orders/")
    assert "P-4711" in text
    assert "P-9" in text
    assert "P-9" not in page_of(ines, "/orders/", clinic=str(amina.organisation_id))
    assert "P-2" not in page_of(ines, "/orders/", priority="urgent")


def test_an_empty_list_says_why(page_of, amina, order):
    assert "No order here" in page_of(amina, "/orders/", state="completed")
    assert "No order matches these filters" in page_of(amina, "/orders/", priority="stat")
    cancel_order(actor=amina, order=order, reason="Ordered twice.")
    assert "No order waits" in page_of(amina, "/orders/")


def test_an_order_leads_to_its_case_and_its_case_to_it(page_of, amina, pavel, order):
    address = reverse("workbench:order", args=[order.pk])
    text = page_of(amina, address)
    for shown in ("Dr. Osei", "7.40", "Analyser 3", "Left shift?", order.patient.mrn, "Open its case", "none yet"):
        assert shown in text
    case = open_case_of_order(actor=amina, order=order).case
    text = page_of(amina, address)
    assert case.accession_number in text
    assert "Open its case" not in text
    # The laboratory sees the order and not yet the draft.
    assert "not submitted yet" in page_of(pavel, address)
    text = page_of(amina, reverse("workbench:case", args=[case.pk]))
    assert "P-4711" in text
    assert "Dr. Osei" in text
    viewed = AuditEvent.objects.filter(object_type="cases.order", action="view", object_id=str(order.pk))
    assert viewed.count() == 3


def test_its_number_is_found_from_the_top_bar(client, amina, order):
    client.force_login(amina)
    assert client.post("/search/", {"q": " P-4711 "}).url == reverse("workbench:order", args=[order.pk])
    other = waiting_order(amina, "P-4711", placer_namespace="WARD")
    answer = client.post("/search/", {"q": "P-4711"})
    assert {str(order.pk), str(other.pk)} == {part[6:] for part in answer.url.partition("?")[2].split("&")}
    assert "P-4711" not in answer.url
    assert "WARD" not in text_of(client.get(answer.url, {"state": "completed"}))


def test_taking_one_back_asks_why(client, amina, order):
    address = reverse("workbench:cancel_order", args=[order.pk])
    client.force_login(amina)
    answer = client.post(address, {"reason": " "})
    assert (answer.status_code, "Say why the order is cancelled." in text_of(answer)) == (422, True)
    assert client.post(address, {"reason": "Ordered twice."}).status_code == 302
    assert client.post(address, {"reason": "Ordered twice."}).status_code == 409
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert "Ordered twice." in text_of(client.get(reverse("workbench:order", args=[order.pk])))


def test_a_laboratory_rejects_one_by_a_reason_of_the_list(client, pavel, order):
    address = reverse("workbench:reject_order", args=[order.pk])
    client.force_login(pavel)
    answer = client.post(address, {"reason_code": "", "reason": "No."})
    assert (answer.status_code, "Choose why the order is rejected." in text_of(answer)) == (422, True)
    assert client.post(address, {"reason_code": "clotted"}).status_code == 302
    assert "The blood was clotted" in text_of(client.get(reverse("workbench:order", args=[order.pk])))


def test_a_new_case_is_offered_the_waiting_orders_of_the_clinic_first(page_of, client, amina, bora, order):
    waiting_order(bora, "P-9")
    text = page_of(amina, NEW_CASE)
    assert text.index("Waiting orders") < text.index("Medical record number")
    assert "Use order P-4711" in text
    assert "P-9" not in text
    other = PatientFactory(organisation=amina.organisation, mrn="M-77")
    assert "P-4711" not in text_of(opened(client, amina, action="lookup", mrn=other.mrn))
    assert "Orders waiting for this patient" in text_of(opened(client, amina, action="lookup", mrn=order.patient.mrn))


def test_what_an_order_says_is_locked_and_wins_and_the_difference_is_said(client, amina, order):
    answer = opened(
        client, amina, order=str(order.pk), mrn="M-1", priority="stat", clinical_question="Blasts?", microscope="Mine"
    )
    text, form = text_of(answer), answer.context["draft"].specimen_form
    assert order.patient.full_name in text
    assert "The order says otherwise than what you typed." in text
    for said in ("Patient: you had “MRN M-1”.", "Priority: you had “Stat”.", "Clinical question: you had “Blasts?”."):
        assert said in text
    locked = {name for name, field in form.fields.items() if field.disabled}
    assert locked == {"priority", "clinical_question", "collected_at", "wbc", "wbc_source"}
    assert form["microscope"].value() == "Mine"
    # What is sent for a locked field all the same changes nothing, and that is said.
    answer = opened(
        client, amina, order=str(order.pk), action="create", priority="stat", time_zone="America/New_York", wbc="3"
    )
    case = Case.objects.get()
    assert answer.url == reverse("workbench:case", args=[case.pk])
    assert (case.priority, case.clinical_question, case.wbc) == ("urgent", "Left shift?", Decimal("7.40"))
    assert (case.collected_at, case.stain, case.patient) == (order.collected_at, "giemsa", order.patient)
    assert "you had “Stat”" in text_of(client.get(answer.url))
    order.refresh_from_db()
    assert (order.state, order.case) == ("accepted", case)


def test_what_was_chosen_by_nobody_is_no_difference(client, amina, order):
    draft = opened(client, amina, order=str(order.pk), priority="routine").context["draft"]
    assert draft.differences == []


def test_an_order_can_be_let_go_and_what_was_typed_stays(client, amina, order):
    text = text_of(opened(client, amina, order=str(order.pk), action="no_order", microscope="Mine"))
    assert "Use order P-4711" in text
    assert "Medical record number" in text
    assert "Mine" in opened(client, amina, order=str(order.pk), action="no_order", microscope="Mine").content.decode()


@pytest.mark.parametrize("named", ["taken", "00000000-0000-0000-0000-000000000000", "nonsense", "foreign"])
def test_an_order_that_does_not_wait_here_opens_nothing(client, amina, bora, order, named):
    open_case_of_order(actor=amina, order=order)
    pk = {"taken": str(order.pk), "foreign": str(waiting_order(bora, "P-9").pk)}.get(named, named)
    answer = opened(client, amina, order=pk, action="create")
    assert (answer.status_code, "does not wait any more" in text_of(answer)) == (409, True)
    assert Case.objects.count() == 1
    assert client.get(NEW_CASE, {"order": pk}).status_code == 409


def test_a_wrong_field_keeps_the_order(client, amina, order):
    answer = opened(client, amina, order=str(order.pk), action="create", objective="900")
    assert answer.status_code == 422
    assert answer.context["draft"].order == order
    assert Order.objects.waiting().count() == 1


@pytest.mark.parametrize("address", ["/orders/", NEW_CASE])
def test_many_orders_are_asked_for_as_often_as_few(client, amina, order, address):
    client.force_login(amina)

    def statements():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    statements()
    few = statements()
    for number in range(8):
        waiting_order(amina, f"Q-{number}")
    assert statements() == few
