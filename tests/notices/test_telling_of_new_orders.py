"""New orders are told of to those who ask for it, at the clinic and the laboratory, until somebody takes them up."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from cases.services.orders import cancel_order, open_case_of_order, receive_order
from hematovision.errors import PermissionRefused
from notices.models import Notification
from notices.services import preference_of, send_email_to, set_order_preference
from tests.factories.cases import CaseFactory, PatientFactory
from tests.factories.orders import waiting_order
from tests.pages import text as text_of
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def followers(amina, pavel, bora, nadia):
    """People of two clinics and two laboratories who asked to be told."""
    for one in (amina, pavel, bora, nadia):
        set_order_preference(actor=one, new_orders=True)


@pytest.fixture
def colleague(riverside):
    return person("Zoe", "uploader", riverside)


def told(*people):
    return [list(Notification.objects.unread().filter(user=one).values_list("text", flat=True)) for one in people]


def test_nobody_is_told_who_did_not_ask(colleague, pavel):
    waiting_order(colleague, priority="stat")
    assert not Notification.objects.exists()


def test_a_pressing_order_is_told_to_its_clinic_and_its_laboratory(followers, amina, pavel, bora, nadia, colleague):
    first = waiting_order(colleague, "P-1", priority="stat")
    waiting_order(colleague, "P-2", priority="urgent")
    expected = ["An urgent order of Riverside Clinic waits.", "A stat order of Riverside Clinic waits."]
    assert told(amina, pavel, bora, nadia) == [expected, expected, [], []]
    paths = set(Notification.objects.values_list("path", flat=True))
    assert reverse("workbench:order", args=[first.pk]) in paths


def test_whoever_placed_it_is_not_told(followers, amina, pavel, riverside):
    waiting_order(amina, priority="stat")
    assert told(amina, pavel) == [[], ["A stat order of Riverside Clinic waits."]]
    patient = CaseFactory(clinic=riverside, ready=True).patient
    receive_order(actor=pavel, patient=patient, placer_number="P-2", clinic=riverside, priority="stat")
    assert [len(texts) for texts in told(amina, pavel)] == [1, 1]


def test_routine_orders_are_told_of_together_until_the_list_was_opened(followers, client, amina, pavel, colleague):
    for number in range(3):
        waiting_order(colleague, f"P-{number}")
    assert told(amina, pavel) == [["New orders wait."], ["New orders wait."]]
    client.force_login(amina)
    client.get("/orders/")
    assert told(amina, pavel) == [[], ["New orders wait."]]
    waiting_order(colleague, "P-9")
    assert told(amina, pavel) == [["New orders wait."], ["New orders wait."]]


def test_opening_the_order_is_seeing_it(followers, client, amina, pavel, colleague):
    order = waiting_order(colleague, priority="stat")
    client.force_login(amina)
    client.get(reverse("workbench:order", args=[order.pk]))
    assert [len(texts) for texts in told(amina, pavel)] == [0, 1]


def test_what_waits_no_longer_is_told_no_longer(followers, amina, pavel, colleague):
    stat = waiting_order(colleague, "P-1", priority="stat")
    routine = waiting_order(colleague, "P-2")
    open_case_of_order(actor=colleague, order=stat)
    assert told(amina, pavel) == [["New orders wait."], ["New orders wait."]]
    cancel_order(actor=colleague, order=routine, reason="Ordered twice.")
    assert told(amina, pavel) == [[], []]


def test_an_order_that_waits_elsewhere_keeps_the_laboratory_told(followers, amina, pavel, bora, colleague):
    order = waiting_order(colleague, "P-1")
    waiting_order(bora, "P-2")
    cancel_order(actor=colleague, order=order, reason="Ordered twice.")
    assert told(amina, pavel) == [[], ["New orders wait."]]


def test_nothing_of_the_patient_is_told_on_the_way(followers, amina, colleague):
    patient = PatientFactory(organisation=colleague.organisation, mrn="SECRET-7", family_name="Okonkwo")
    waiting_order(colleague, "PLACER-1", patient=patient, priority="stat", ordering_name="Dr. Osei")
    assert send_email_to(user_id=amina.pk)
    (letter,) = mail.outbox
    said = letter.subject + letter.body + " ".join(Notification.objects.values_list("text", flat=True))
    for secret in ("SECRET-7", "Okonkwo", "PLACER-1", "Osei"):
        assert secret not in said


def test_it_is_chosen_on_the_page_of_notifications(client, amina, sami):
    client.force_login(amina)
    assert "Tell me when an order comes in" in text_of(client.get("/notifications/"))
    client.post("/notifications/orders/", {"new_orders": "on"})
    assert preference_of(amina).new_orders
    client.post("/notifications/orders/", {})
    assert not preference_of(amina).new_orders
    client.force_login(sami)
    assert "Tell me when an order comes in" not in text_of(client.get("/notifications/"))
    with pytest.raises(PermissionRefused):
        set_order_preference(actor=sami, new_orders=True)


def test_the_worklist_says_how_many_wait(client, amina, pavel, bora):
    client.force_login(amina)
    assert "Waiting orders" not in text_of(client.get("/"))
    waiting_order(amina, "P-1")
    assert "Waiting orders: 1" in text_of(client.get("/"))
    waiting_order(amina, "P-2")
    waiting_order(bora, "P-3")
    assert "Waiting orders: 2" in text_of(client.get("/"))
    assert "2 orders wait" in text_of(client.get("/?state=open"))
    client.force_login(pavel)
    assert "3 orders wait" in text_of(client.get("/"))
    assert "orders wait" not in text_of(client.get("/review/"))
