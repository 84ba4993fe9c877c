"""Whatever language a person works in: messages, resources, files and answers for programs are the same to the byte."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import translation

from cases.models import OrderRejection
from cases.services.cases import submit_case
from cases.services.orders import open_case_of_order, reject_order
from cases.services.rejections import reject_specimen
from cases.states import CaseState
from integrations.hl7.faults import MissingCodeError
from integrations.mapping_rows import default_rows
from integrations.models import ConnectionKind, ConnectionState, FeedEvent, Message
from integrations.services import incoming
from integrations.services.building import Subject, build
from integrations.services.feed import number_events
from integrations.services.outbox import queue_events
from integrations.stored_sentences import in_words
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.connections import a_connection, a_mapping
from tests.factories.hl7_messages import an_order, order, pid
from tests.factories.orders import waiting_order
from tests.factories.reports import NEUTROPENIC, signed_report
from tests.factories.specimens import specimen
from tests.in_french import MARK, speak_french

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def told_in_french(monkeypatch):
    speak_french(monkeypatch)
    with translation.override("fr"):
        assert str(ConnectionState.ON.label) == "fr!On"


@pytest.fixture
def lis(central, ines, riverside):
    riverside.hl7_authority = "RIVERSIDE"
    riverside.save()
    return a_connection(central, ines, name="LIS", sends_preliminary=True)


def in_both(ask):
    """What is answered in English, and in French."""
    with translation.override("en"):
        english = ask()
    with translation.override("fr"):
        return english, ask()


def messages_of(connection, kind=""):
    """The bytes of the message for everything that happened, or for what is of a kind."""
    number_events()
    happened = FeedEvent.objects.numbered().filter(type__startswith=kind)
    return [build(connection, Subject.of_event(event), at=AT).outgoing.content for event in happened]


def test_hl7_results_of_every_kind(amina, pavel, lis):
    case = specimen(by=amina, state=CaseState.DRAFT, number=1, version=None).case
    submit_case(actor=amina, case=case)
    signed_report(case, pavel)
    for kind in ("corrected", "appended", "withdrawn"):
        queue_events(lis)
        number_events()
        signed_report(case, pavel, kind=kind, counts=NEUTROPENIC)
    queue_events(lis)
    english, french = in_both(lambda: messages_of(lis))
    assert french == english
    assert len(english) == 5


def test_a_rejected_specimen_over_hl7(amina, pavel, lis):
    case = open_case_of_order(actor=amina, order=waiting_order(amina)).case
    SmearImageFactory(case=case)
    submit_case(actor=amina, case=case)
    with translation.override("fr"):
        reject_specimen(actor=pavel, case=case, reasons=["clotted", "identity_mismatch"], words="4711.")
    english, french = in_both(lambda: messages_of(lis, "case.rejected"))
    assert french == english
    assert "The blood was clotted." in english[0].decode()


def test_why_an_order_was_rejected_over_hl7(amina, pavel, central, ines, lis):
    rows = default_rows() | {"rejections": [{"reason": "clotted", "code": "RC"}]}
    lis.mapping = a_mapping(central, ines, rows=rows, name="With reasons")
    lis.save()
    reject_order(actor=pavel, order=waiting_order(amina), reason_code=OrderRejection.CLOTTED)
    english, french = in_both(lambda: messages_of(lis, "order.rejected"))
    assert french == english
    assert len(english) == 1


def test_a_bundle_that_is_pushed(amina, pavel, central, ines):
    server = a_connection(central, ines, ConnectionKind.FHIR_PUSH, name="FHIR", address="https://fhir.example/r4")
    case = specimen(by=amina, state=CaseState.READY, number=1, version=None).case
    signed_report(case, pavel)
    english, french = in_both(lambda: messages_of(server))
    assert french == english


def test_an_acknowledgement_and_what_is_kept_of_a_refusal(central, ines, riverside, monkeypatch):
    monkeypatch.setattr(incoming, "_new_control_id", lambda: "1")
    rows = default_rows() | {"authorities": [{"authority": "CLINIC1", "clinic": riverside.slug}]}
    listening = a_connection(
        central, ines, ConnectionKind.MLLP_IN, mapping=a_mapping(central, ines, rows=rows, name="Orders")
    )
    refused = an_order(*order(number="P9"), patient=pid(authority="NOBODY"))
    english, french = in_both(lambda: incoming.take(listening, refused, AT))
    assert french == english
    assert Message.objects.get().sentence == "No clinic of this connection has this assigning authority."


FHIR = (
    "DiagnosticReport/{case}",
    "DiagnosticReport/{case}/$bundle",
    "Specimen/{case}",
    "Task/{order}",
    "metadata",
    "DiagnosticReport?status=nonsense",
    "AuditEvent?_count=3",
    "Patient/nobody",
)


@pytest.mark.parametrize("path", FHIR)
def test_what_a_client_reads_over_fhir(client, token_for, amina, pavel, central, path):
    asked = waiting_order(amina)
    case = open_case_of_order(actor=amina, order=asked).case
    SmearImageFactory(case=case)
    submit_case(actor=amina, case=case)
    signed_report(case, pavel)
    token = token_for(central, "reports:read", "cases:read", "orders:read", "audit:read")
    address = f"/fhir/r4/{path.format(case=case.pk, order=asked.pk)}"

    def ask(language):
        answer = client.get(address, headers={"Authorization": f"Bearer {token}", "Accept-Language": language})
        assert answer["Content-Language"] == "en"
        return answer.content.decode()

    assert MARK not in ask("fr")
    if "?" not in path and path != "metadata" and "$bundle" not in path:
        assert ask("fr") == ask("en")


def test_a_csv_file(client, pavel, amina):
    pavel.language = "fr"
    pavel.save()
    made = specimen(by=amina, state=CaseState.READY, number=1, version=None)
    client.force_login(pavel)
    address = reverse("workbench:preliminary_report_csv", args=[made.case.pk])
    assert MARK in client.get(reverse("workbench:case", args=[made.case.pk])).content.decode()
    french = client.get(address).content
    pavel.language = "en"
    pavel.save()
    assert client.get(address).content == french
    assert b"state,Ready for review" in french


def test_the_api_answers_records_in_english_and_refusals_in_the_language_asked_for(client, token_for, pavel, riverside):
    case = CaseFactory(clinic=riverside, ready=True)
    reject_specimen(actor=pavel, case=case, reasons=["clotted"])
    number_events()
    headers = {"Authorization": f"Bearer {token_for(riverside, 'cases:read')}", "Accept-Language": "fr"}
    found = client.get(f"/api/v1/cases/{case.pk}/", headers=headers).json()
    assert found["rejection"]["sentence"].startswith("The blood was clotted.")
    assert MARK not in str(found)
    assert MARK not in client.get("/api/v1/events/", headers=headers).content.decode()
    refused = client.get("/api/v1/events/", {"after": str(case.pk)}, headers=headers)
    assert refused["Content-Language"] == "fr"
    told = refused.json()
    assert told["type"] == "urn:hematovision:problem:unknown-event"
    assert told["detail"] == "fr!There is no such event: give `next` of an answer you got."


def test_a_stored_sentence_is_english_and_shown_in_the_language_of_the_page(
    client, central, ines, pavel, riverside, lis
):
    rows = default_rows()
    rows["results"] = [row for row in rows["results"] if row["class"] != "monocyte"]
    lis.mapping = a_mapping(central, ines, rows=rows, name="Half")
    lis.save()
    signed_report(CaseFactory(clinic=riverside, submitted=True), pavel)
    number_events()
    with translation.override("fr"):
        queue_events(lis)
    held = Message.objects.get(report__isnull=False)
    assert held.sentence == str(MissingCodeError("monocyte", "percent"))
    ines.language = "fr"
    ines.save()
    client.force_login(ines)
    page = client.get(reverse("integrations:message", args=[held.message_id])).content.decode()
    assert "fr!The mapping has no code for monocyte, percent. Add a row, then send again." in page


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("", ""),
        ("The router is replaced.", "fr!The router is replaced."),
        ("The receiver refused it. Its answer was AR.", "fr!fr!The receiver refused it. Its answer was AR."),
        ("services, row 3: code is empty.", "fr!services, row 3: code is empty."),
        ("The receiver has not answered for 48 hours.", "fr!The receiver has not answered for 48 hours."),
    ],
)
def test_values_stand_in_a_stored_sentence_again(stored, shown):
    with translation.override("fr"):
        assert in_words(stored) == shown
    with translation.override("en"):
        assert in_words(stored) == stored
