"""An order placed by hand: whom it is for, what is refused where, and what is changed of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from cases.models import Order, Patient
from cases.services.orders import change_order, open_case_of_order
from tests.factories.cases import CaseFactory, PatientFactory
from tests.factories.orders import waiting_order
from tests.pages import text as text_of

pytestmark = pytest.mark.django_db
NEW = "/orders/new/"


@pytest.fixture
def patient(riverside):
    return PatientFactory(organisation=riverside, mrn="R-7", family_name="Okonkwo", given_name="Adaeze")


@pytest.fixture
def send(client):
    """Return a function: what a person gets for what they sent to the page."""

    def post(person, address=NEW, **typed):
        client.force_login(person)
        return client.post(address, typed)

    return post


def placed(**typed):
    return {"action": "create", "placer_number": "P-1", "priority": "urgent", **typed}


def person(**typed):
    return {"family_name": "New", "given_name": "Nina", "birth_date": "1990-01-01", "sex": "female", **typed}


def test_a_clinic_places_one_for_a_patient_it_knows(send, client, amina, patient):
    answer = send(amina, action="lookup", mrn="r-7", clinical_question="Blasts?")
    assert "Okonkwo, Adaeze" in text_of(answer)
    assert answer.context["draft"].form["clinical_question"].value() == "Blasts?"
    answer = send(
        amina,
        **placed(
            patient=patient.pk,
            clinical_question="Blasts?",
            ordering_name="Dr. Osei",
            visit_number="V-9",
            collected_at="2026-05-04T08:30",
            wbc_measured_at="2026-05-04T09:00",
            wbc="7.4",
            wbc_source="Analyser 3",
            time_zone="Europe/Berlin",
        ),
    )
    order = Order.objects.get()
    assert answer.url == reverse("workbench:order", args=[order.pk])
    assert (order.patient, order.clinic, order.received_by) == (patient, amina.organisation, "page")
    assert (order.placer_namespace, order.priority, order.visit_number) == ("riverside-clinic", "urgent", "V-9")
    assert order.collected_at == dt.datetime(2026, 5, 4, 6, 30, tzinfo=dt.UTC)
    assert order.wbc_measured_at == dt.datetime(2026, 5, 4, 7, 0, tzinfo=dt.UTC)
    assert "It waits for its case." in text_of(client.get(answer.url))
    event = AuditEvent.objects.get(object_type="cases.order", action="create", outcome="success")
    assert (event.after["received_by"], event.patient_id) == ("page", patient.pk)


def test_a_new_patient_is_registered_with_it_or_not_at_all(send, amina):
    assert "register a new patient under it" in text_of(send(amina, action="lookup", mrn="N-1"))
    waiting_order(amina, "P-1")
    answer = send(amina, **placed(mrn="N-1", **person()))
    assert (answer.status_code, list(answer.context["draft"].form.errors)) == (409, ["placer_number"])
    assert not Patient.objects.with_mrn("N-1").exists()
    assert send(amina, **placed(mrn="N-1", placer_number="P-2", **person())).status_code == 302
    assert Order.objects.get(placer_number="P-2").patient.mrn == "N-1"


def test_somebody_alike_is_asked_about_first(send, amina, patient):
    alike = person(family_name="Okonkwo", given_name="Adaeze", birth_date=f"{patient.birth_date:%Y-%m-%d}")
    answer = send(amina, **placed(mrn="N-1", **alike))
    assert (answer.status_code, "may be the same person" in text_of(answer)) == (422, True)
    assert not Order.objects.exists()
    assert send(amina, **placed(mrn="N-1", not_a_duplicate="yes", **alike)).status_code == 302


def test_whoever_waits_already_is_said(send, client, amina, bora, patient):
    order = waiting_order(amina, "P-9", patient=patient)
    assert "Order P-9" in text_of(send(amina, action="lookup", mrn="R-7"))
    assert "Order P-9" in text_of(client.get(NEW, {"patient": patient.pk}))
    client.force_login(bora)
    assert str(order.pk) not in client.get(NEW, {"patient": patient.pk}).content.decode()


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"placer_number": ""}, "placer_number", "This field is required."),
        ({"placer_number": "P\x01"}, "placer_number", "Control characters are not allowed here."),
        ({"wbc": "7"}, "wbc_source", "Say where the white cell count comes from."),
        ({"wbc": "2001", "wbc_source": "A"}, "wbc", "less than or equal to 2000"),
        ({"collected_at": "2999-01-01T00:00"}, "collected_at", "future"),
        ({"priority": "soon"}, "priority", "valid choice"),
        ({"location": "x" * 121}, "location", "at most 120 characters"),
    ],
)
def test_what_is_wrong_stands_by_its_field(send, amina, patient, typed, field, sentence):
    answer = send(amina, **{**placed(patient=patient.pk), **typed})
    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["draft"].form.errors[field])
    assert answer.context["draft"].patient == patient
    assert not Order.objects.exists()


def test_without_a_number_nobody_is_chosen(send, amina):
    for action in ("lookup", "create"):
        answer = send(amina, **{**placed(), "action": action})
        assert (answer.status_code, "Type the medical record number" in text_of(answer)) == (422, True)


def test_a_laboratory_says_for_which_clinic(send, client, pavel, ines, bora, patient):
    client.force_login(pavel)
    text = text_of(client.get(NEW))
    for name in ("Central Laboratory", "Riverside Clinic", "Hilltop Clinic"):
        assert name in text
    answer = send(pavel, **placed(mrn="R-7"))
    assert (answer.status_code, "Choose the clinic that the order is for." in text_of(answer)) == (422, True)
    CaseFactory(patient=patient, clinic=patient.organisation, ready=True)
    assert send(pavel, **placed(mrn="R-7", clinic=bora.organisation_id)).status_code == 422
    assert send(pavel, **placed(mrn="R-7", clinic=patient.organisation_id)).status_code == 302
    order = Order.objects.get()
    assert (order.clinic, order.created_by, order.patient) == (patient.organisation, pavel, patient)


def test_only_those_who_see_every_patient_of_a_clinic_register_one_there(send, pavel, ines, riverside, patient):
    # The pathologist sees no case of this patient: that they are known is not told.
    for mrn in ("R-7", "N-1"):
        answer = send(pavel, **placed(mrn=mrn, clinic=riverside.pk, **person()))
        assert (answer.status_code, "registered by the clinic" in text_of(answer)) == (422, True)
    assert send(ines, **placed(mrn="N-1", clinic=riverside.pk, **person())).status_code == 302
    registered = Order.objects.get().patient
    assert (registered.mrn, registered.organisation) == ("N-1", riverside)


@pytest.mark.parametrize("place", ["lakeside", "nonsense"])
def test_a_clinic_of_another_laboratory_is_no_choice(send, pavel, lakeside, patient, place):
    answer = send(pavel, **placed(mrn="R-7", clinic=lakeside.pk if place == "lakeside" else place))
    assert (answer.status_code, "Choose the clinic" in text_of(answer)) == (422, True)


def test_a_closed_clinic_is_no_choice(send, client, pavel, hilltop):
    hilltop.is_active = False
    hilltop.save()
    client.force_login(pavel)
    assert "Hilltop Clinic" not in text_of(client.get(NEW))


def test_who_places_none_is_told_so(client, olga, sami):
    for one in (olga, sami):
        client.force_login(one)
        answer = client.get(NEW)
        assert (answer.status_code, "Your role does not place orders." in text_of(answer)) == (403, True)
    client.force_login(olga)
    assert NEW not in client.get("/orders/").content.decode()


def test_the_page_of_a_patient_leads_here(client, amina, bora, patient):
    client.force_login(amina)
    address = f"{NEW}?patient={patient.pk}"
    assert address in client.get(reverse("workbench:patient", args=[patient.pk])).content.decode()
    assert "Okonkwo, Adaeze" in text_of(client.get(address))


@pytest.fixture
def order(amina, patient):
    moments = {"collected_at": dt.datetime(2026, 5, 4, 8, 30, 12, tzinfo=dt.UTC)}
    return waiting_order(
        amina, "P-4711", patient=patient, wbc=Decimal("7.40"), wbc_source="Analyser 3", visit_number="V-1", **moments
    )


def edit_of(order):
    return reverse("workbench:edit_order", args=[order.pk])


def as_shown(client, order):
    """What a browser sends when nothing is touched."""
    form = client.get(edit_of(order)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {
        name: f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, dt.datetime) else value
        for name, value in shown.items()
        if value is not None
    }


def test_what_was_left_as_it_stood_changes_nothing(client, amina, order):
    client.force_login(amina)
    sent = as_shown(client, order)
    assert client.post(edit_of(order), sent).status_code == 302
    assert not AuditEvent.objects.filter(object_type="cases.order", action="update").exists()


def test_an_order_is_changed_and_its_case_with_it(client, amina, order):
    case = open_case_of_order(actor=amina, order=order).case
    client.force_login(amina)
    sent = as_shown(client, order) | {"priority": "stat", "clinical_question": "Blasts?", "location": "Ward 3"}
    assert client.post(edit_of(order), sent).url == reverse("workbench:order", args=[order.pk])
    order.refresh_from_db()
    case.refresh_from_db()
    assert (order.priority, order.location, order.visit_number) == ("stat", "Ward 3", "V-1")
    assert (case.priority, case.clinical_question) == ("stat", "Blasts?")


def test_whoever_was_overtaken_is_told_and_may_send_theirs_again(client, amina, pavel, order):
    client.force_login(amina)
    sent = as_shown(client, order) | {"location": "Ward 3"}
    change_order(actor=pavel, order=order, priority="stat")
    answer = client.post(edit_of(order), sent)
    assert (answer.status_code, "changed by somebody else" in text_of(answer)) == (412, True)
    assert answer.context["form"]["location"].value() == "Ward 3"
    seen = answer.context["form"]["seen"].value()
    assert client.post(edit_of(order), {**sent, "seen": seen, "priority": "stat"}).status_code == 302
    assert client.post(edit_of(order), {**sent, "seen": "yesterday"}).status_code == 422


def test_what_is_wrong_in_a_change_stands_by_its_field(client, amina, order):
    client.force_login(amina)
    answer = client.post(edit_of(order), as_shown(client, order) | {"specimen_id": "S\x01"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["specimen_id"])
    order.refresh_from_db()
    assert order.specimen_id == ""


def test_a_closed_order_and_one_under_review_say_so(client, amina, pavel, order):
    client.force_login(amina)
    case = CaseFactory(patient=order.patient, clinic=order.clinic, in_review=True, owner=pavel)
    Order.objects.filter(pk=order.pk).update(state="in_progress", case=case)
    answer = client.get(edit_of(order))
    assert (answer.status_code, "under review" in text_of(answer)) == (409, True)
    assert edit_of(order) not in client.get(reverse("workbench:order", args=[order.pk])).content.decode()
    Order.objects.filter(pk=order.pk).update(state="completed")
    assert "no longer changes" in text_of(client.get(edit_of(order)))
