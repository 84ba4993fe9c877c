"""What happens to a case is told once, in order, to those who may open it, and nothing is skipped."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import AuditEvent
from cases.models import Case
from cases.services.cases import cancel_case, submit_case
from cases.services.images import transition_image
from cases.services.orders import cancel_order, open_case_of_order
from cases.services.patient_merges import merge_patients, undo_merge
from cases.services.restrictions import restrict_patient
from cases.states import CaseState, ImageState
from integrations.models import FeedEvent
from integrations.services.feed import number_events
from integrations.verification import check_feed
from tests.factories.cases import PatientFactory
from tests.factories.orders import waiting_order
from tests.factories.reports import signed_report
from tests.factories.specimens import specimen

pytestmark = pytest.mark.django_db


def told():
    """Types of the events in the order of the feed."""
    number_events()
    return list(FeedEvent.objects.numbered().values_list("type", flat=True))


@pytest.fixture
def follow(client, token_for, riverside):
    """Ask the feed as a client of riverside-clinic."""
    token = token_for(riverside, "cases:read")

    def ask(**query):
        number_events()
        return client.get("/api/v1/events/", query, headers={"Authorization": f"Bearer {token}"})

    return ask


def types(answer):
    assert answer.status_code == 200, answer.content
    return [event["type"] for event in answer.json()["results"]]


def test_a_case_from_the_clinic_to_its_correction(amina, pavel):
    made = specimen(by=amina, state=CaseState.DRAFT, number=1, version=None)
    submit_case(actor=amina, case=made.case)
    signed_report(made.case, pavel)
    signed_report(made.case, pavel, kind="corrected")
    assert told() == ["case.submitted", "report.signed", "report.corrected"]
    assert list(check_feed()) == []


def test_an_order_and_the_case_it_is_carried_out_in(amina, bora, follow):
    order, taken_back = waiting_order(amina), waiting_order(amina, "P-2")
    waiting_order(bora)
    opened = open_case_of_order(actor=amina, order=order)
    cancel_order(actor=amina, order=taken_back, reason="Ordered twice.")
    assert types(follow()) == ["order.received", "order.received", "order.accepted", "order.cancelled"]
    accepted = follow(type="order.accepted").json()["results"][0]
    assert (accepted["order"], accepted["case"]) == (str(order.pk), str(opened.case.pk))
    assert list(check_feed()) == []


def test_two_records_of_one_person(amina, ines, follow):
    double, stays = (PatientFactory(organisation=amina.organisation) for _ in range(2))
    merge = merge_patients(actor=amina, patient=double, into=stays, reason="Registered twice.")
    undo_merge(actor=ines, merge=merge, reason="Two people after all.")
    answer = follow()
    assert types(answer) == ["patient.merged", "patient.parted"]
    assert {event["patient"] for event in answer.json()["results"]} == {str(double.pk)}
    assert list(check_feed()) == []


def test_an_image_that_has_to_be_sent_again(amina):
    made = specimen(by=amina, state=CaseState.DRAFT, number=1, version=None)
    transition_image(image=made.image, to=ImageState.REJECTED, reason="Out of focus.")
    (event,) = FeedEvent.objects.all()
    assert (event.type, event.image, event.case) == ("image.rejected", made.image, made.case)


def test_what_was_taken_back_is_not_told(amina):
    made = specimen(by=amina, state=CaseState.DRAFT, number=1, version=None)
    with transaction.atomic():
        cancel_case(actor=amina, case=made.case, reason="A test.")
        transaction.set_rollback(True)
    assert told() == []


def test_an_answer_carries_ids_and_no_more(follow, amina, pavel):
    made = specimen(by=amina, state=CaseState.READY, number=1, version=None)
    report = signed_report(made.case, pavel)
    answer = follow()
    (event,) = answer.json()["results"]
    assert event | {"id": "", "created_at": ""} == {
        "id": "",
        "created_at": "",
        "type": "report.signed",
        "laboratory": str(made.case.laboratory_id),
        "clinic": str(made.case.clinic_id),
        "order": None,
        "case": str(made.case.pk),
        "patient": str(made.case.patient_id),
        "image": None,
        "report": str(report.pk),
        "version": 1,
    }
    sent = answer.content.decode()
    assert not any(word in sent for word in (made.patient.family_name, made.patient.mrn, made.case.accession_number))


def test_following_goes_on_where_it_stopped(follow, amina, pavel):
    made = specimen(by=amina, state=CaseState.READY, number=1, version=None)
    first = signed_report(made.case, pavel)
    begun = follow()
    assert types(begun) == ["report.signed"]
    assert begun.json()["results"][0]["report"] == str(first.pk)
    place = begun.json()["next"]
    assert (types(follow(after=place)), follow(after=place).json()["next"]) == ([], place)
    signed_report(made.case, pavel, kind="corrected")
    assert types(follow(after=place)) == ["report.corrected"]
    assert types(follow(type="report.signed")) == ["report.signed"]
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    assert types(follow(created_after=later)) == []


def test_an_empty_feed_has_no_place_yet(follow):
    assert follow().json() == {"next": None, "results": []}


@pytest.mark.parametrize("query", [{"after": "7"}, {"since": "1"}, {"wait": "21"}, {"type": "case"}])
def test_what_cannot_be_meant_is_refused_by_name(follow, query):
    answer = follow(**query)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(query)


def test_a_place_of_another_organisation_is_no_place(client, token_for, hilltop, amina, pavel):
    made = specimen(by=amina, state=CaseState.READY, number=1, version=None)
    signed_report(made.case, pavel)
    number_events()
    headers = {"Authorization": f"Bearer {token_for(hilltop, 'cases:read')}"}
    assert client.get("/api/v1/events/", headers=headers).json()["results"] == []
    for unknown in (FeedEvent.objects.get().event_id, uuid.uuid4()):
        answer = client.get("/api/v1/events/", {"after": str(unknown)}, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:hematovision:problem:unknown-event")


def test_a_restricted_patient_is_not_told_of_and_stops_nobody(follow, amina, pavel, ines):
    hidden, shown = (specimen(by=amina, state=CaseState.READY, number=number, version=None) for number in (1, 2))
    cancel_case(actor=amina, case=hidden.case, reason="A test.")
    place = follow().json()["next"]
    restrict_patient(actor=ines, patient=hidden.case.patient, reason="Asked for erasure.")
    signed_report(Case.objects.get(pk=shown.case.pk), pavel)
    assert types(follow()) == ["report.signed"]
    assert types(follow(after=place)) == ["report.signed"]


def test_reading_is_in_the_audit_trail_where_something_was_read(follow, amina, pavel):

    def reads():
        return AuditEvent.objects.filter(object_type="integrations.feedevent").count()

    follow()
    assert reads() == 0
    signed_report(specimen(by=amina, state=CaseState.READY, number=1, version=None).case, pavel)
    follow()
    assert reads() == 1


def test_a_step_that_is_not_told_of_is_found(amina, pavel):
    made = specimen(by=amina, state=CaseState.READY, number=1, version=None)
    report = signed_report(made.case, pavel)
    number_events()
    FeedEvent.objects.filter(report=report).update(position=5)
    (finding,) = check_feed()
    assert "the last is 5" in finding.sentence
