"""A patient who asked for erasure becomes a pseudonym: names, reports and images go, cells and the audit trail stay."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from cases.field_return_verification import FIELD_RETURNS
from cases.keeping_verification import check_removals
from cases.label_verification import check_labels
from cases.models import (
    Cell,
    FieldReturn,
    FormerIdentity,
    Order,
    Patient,
    PatientRestriction,
    Pseudonymisation,
    SmearImage,
    SpecimenRejection,
    Upload,
    UploadState,
)
from cases.partial_date import PartialDate, Precision
from cases.rejection_verification import check_rejections
from cases.services.patient_numbers import set_numbers
from cases.services.patients import register_patient, update_patient
from cases.services.restrictions import lift_restriction, restrict_patient
from cases.services.upload_pieces import keep_piece
from cases.storage import clinical_storage
from consult.models import ClinicThreadEntry, Comment, SecondOpinion
from consult.services.forgetting import REMOVED
from consult.verification import check_clinic_threads, check_comments, check_opinions
from hematovision.errors import Conflict, NotFound
from hematovision.field_keys import encrypt_text
from hematovision.rest.models import StoredAnswer
from hematovision.verifications import Finding
from integrations.message_verification import check_messages
from oversight.services.everything import verify_everything
from oversight.services.pseudonymisation import pseudonymise_patient
from reports.models import KeyDestruction, Report, ReportKey
from reports.selectors.lookup import Standing, look_up_hash
from reports.services.report_check import check_reports
from reports.verification import verify_report
from reports.verification_checks import check_destroyed_keys
from tests.append_only import triggers_lifted
from tests.factories.cases import PatientFactory
from tests.factories.connections import a_connection
from tests.factories.messages import a_message
from tests.oversight.pseudonymising.conftest import SAID, WHY

pytestmark = pytest.mark.django_db

NAMES = ("Sample", "Simple", "Adaeze")


def test_the_identifiers_are_replaced_everywhere(restricted, done):
    patient = restricted.patient
    assert (patient.mrn, patient.full_name) == (done.pseudonym, "Pseudonymised")
    assert patient.born == PartialDate(dt.date(1980, 1, 1), Precision.YEAR)
    former = patient.former_identities.get()
    assert (former.mrn, former.family_name, former.given_name, former.note) == (
        done.pseudonym,
        "Pseudonymised",
        "",
        "",
    )
    assert former.born == PartialDate(dt.date(1980, 1, 1), Precision.YEAR)
    assert not any(case.clinical_question for case in patient.cases.all())


def test_what_people_said_is_emptied_and_that_they_said_something_stays(restricted, done):
    case = restricted.waiting
    assert [comment.text for comment in Comment.objects.all()] == [""] * 2
    assert [entry.text for entry in ClinicThreadEntry.objects.filter(thread__case=case)] == [""]
    opinion = SecondOpinion.objects.get(case=case)
    assert (opinion.question, opinion.words, opinion.closing) == ("", "", REMOVED)
    returned = FieldReturn.objects.of_case(case).get()
    assert (returned.words, returned.reason) == ("", "other")
    found = [*check_comments(), *check_clinic_threads(), *check_opinions(), *FIELD_RETURNS.check()]
    assert [str(each) for each in found if isinstance(each, Finding)] == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("consult_comment", "text"),
        ("consult_clinicthreadentry", "text"),
        ("consult_secondopinion", "question"),
        ("cases_fieldreturn", "words"),
    ],
)
def test_what_was_said_can_be_emptied_and_not_changed(restricted, table, column):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = 'Something else.'")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = ''")


def test_what_a_label_said_is_emptied_and_that_it_differed_stays(restricted, done):
    check = restricted.draft.label_checks.get()
    assert (check.code, check.agreed) == ("", False)
    assert not list(check_labels())


def test_nothing_is_left_of_uploads_that_were_not_finished(restricted, amina, ines):
    upload = Upload.objects.create(case=restricted.draft, by=amina, length=9, name="Adaeze.png")
    piece = keep_piece(upload.pk, io.BytesIO(b"abc"), 3)
    pseudonymise_patient(actor=ines, patient=restricted.patient, mrn="R-1", reason=WHY)
    upload.refresh_from_db()
    assert (upload.state, upload.name) == (UploadState.REFUSED, "")
    assert not clinical_storage().exists(piece)


def test_their_orders_say_nothing_of_people(restricted, done):
    order = Order.objects.get(pk=restricted.order.pk)
    assert {name: getattr(order, name) for name in SAID} == dict.fromkeys(SAID, "")
    event = AuditEvent.objects.filter(object_id=str(order.pk), action="update").first()
    assert (event.after["fields"], event.reason) == (sorted(SAID), WHY)
    assert not any(step.reason for step in order.transitions.all())


@pytest.mark.parametrize("name", SAID)
def test_what_an_order_says_of_people_again_is_named(restricted, done, name):
    order = Order.objects.get(pk=restricted.order.pk)
    setattr(order, name, "Adaeze")
    order.save()
    assert "what the pseudonymisation of its patient emptied" in "\n".join(map(str, check_removals()))


def test_why_their_order_ended_cannot_come_back(restricted, done):
    steps = restricted.order.transitions
    with pytest.raises(DatabaseError), transaction.atomic():
        steps.update(reason="Adaeze Sample went home.")
    with triggers_lifted(connection):
        steps.filter(to_state="cancelled").update(reason="Adaeze Sample went home.")
    assert "what the pseudonymisation of its patient emptied" in "\n".join(map(str, check_removals()))


def test_stored_answers_about_them_are_deleted(restricted, ines):
    about = [restricted.patient.pk, restricted.case.pk, restricted.order.pk, uuid.uuid4()]
    for number, pk in enumerate(about):
        StoredAnswer.objects.create(caller_id=uuid.uuid4(), key=f"k-{number}", object_id=pk, sealed=encrypt_text("{}"))
    pseudonymise_patient(actor=ines, patient=restricted.patient, mrn="R-1", reason=WHY)
    assert StoredAnswer.objects.get().object_id == about[-1]


def test_messages_about_them_are_emptied_and_not_sent(restricted, central, ines):
    message = a_message(a_connection(central, ines), patient=restricted.patient, case=restricted.case)
    pseudonymise_patient(actor=ines, patient=restricted.patient, mrn="R-1", reason=WHY)
    message.refresh_from_db()
    assert (message.content, message.facts, message.state) == (b"", "", "superseded")
    assert list(check_messages()) == []


def test_who_was_merged_into_them_goes_the_same_way(restricted, done):
    merge = restricted.merge
    merge.refresh_from_db()
    assert merge.from_patient.pseudonymisation.pseudonym != done.pseudonym
    assert not any(name in merge.snapshot for name in ("Sample", "Sampel", "R-1", "R-3"))
    assert not Patient.objects.ever_with_family_name("Sampel").exists()


def test_what_merged_records_share_is_done_on_the_one_that_stands(restricted, ines):
    with pytest.raises(Conflict) as refused:
        pseudonymise_patient(actor=ines, patient=restricted.merge.from_patient, mrn="R-3", reason=WHY)
    assert refused.value.code == "merged"


def test_nobody_finds_them_by_what_they_were(done):
    assert not Patient.objects.ever_with_mrn("R-1").exists()
    assert not Patient.objects.ever_with_family_name("Sample").exists()
    assert not Patient.objects.ever_with_family_name("Simple").exists()
    assert not Patient.objects.ever_born_on(dt.date(1980, 1, 2)).exists()


def test_who_comes_again_is_registered_anew(amina, restricted, done):
    again = register_patient(actor=amina, mrn="R-1", family_name="Simple", birth_date=dt.date(1980, 1, 2))
    assert again.pk != restricted.patient.pk


def test_the_oldest_share_a_year_of_birth(restricted, ines):
    # A row from before, as no service would write it today.
    patient = restricted.patient
    patient.birth_date = dt.date(1905, 5, 5)
    patient.save()
    pseudonymise_patient(actor=ines, patient=patient, mrn="R-1", reason=WHY)
    assert Patient.objects.get(pk=patient.pk).birth_date == dt.date(timezone.localdate().year - 90, 1, 1)


def test_the_reports_are_destroyed_and_say_so(restricted, done):
    report = Report.objects.get(pk=restricted.report.pk)
    found = verify_report(report, thorough=True)
    destroyed_at = KeyDestruction.objects.get().at
    assert (found.faults, found.intact, found.readable, found.destroyed_at) == ((), False, False, destroyed_at)
    assert ReportKey.objects.get(report=report).wrapped == ""
    assert check_reports().intact
    answer = look_up_hash(report.digest)
    assert answer.standing == Standing.DESTROYED


def test_a_key_that_is_gone_without_a_decision_is_a_fault(record):
    ReportKey.objects.update(wrapped="")
    found = verify_report(Report.objects.get(pk=record.report.pk))
    assert found.faults
    assert found.destroyed_at is None


def test_a_destroyed_report_that_was_changed_is_a_fault(restricted, done):
    with triggers_lifted(connection):
        Report.objects.filter(pk=restricted.report.pk).update(content_sha256="0" * 64)
    assert verify_report(Report.objects.get(pk=restricted.report.pk)).faults


def test_pages_of_the_report_say_so(restricted, done, ines):
    client = Client()
    client.force_login(ines)
    page = client.get(reverse("reports:report", args=[restricted.report.pk]))
    assert page.status_code == 200
    assert "by decision" in page.content.decode()
    for form in ("pdf", "json", "csv"):
        answer = client.get(reverse(f"reports:report_{form}", args=[restricted.report.pk]))
        assert answer.status_code == 410
    delivery = client.get(reverse("inbox:delivery", args=[restricted.delivery.pk]))
    assert "by decision" in delivery.content.decode()
    case = client.get(reverse("workbench:case", args=[restricted.case.pk]))
    assert case.status_code == 200
    timeline = client.get(reverse("oversight:timeline", args=[restricted.case.pk]))
    assert timeline.status_code == 200
    for text in (page, delivery, case, timeline):
        assert not any(name in text.content.decode() for name in NAMES)


def test_the_images_are_purged_and_the_cells_stay(restricted, done):
    images = SmearImage.objects.filter(case__patient=restricted.patient)
    assert len(images) == 3
    for image in images:
        assert image.original_purged_at is not None
        assert image.purges.get().rule == "pseudonymisation"
        assert not clinical_storage().exists(image.original.name)
    assert Cell.objects.filter(image__case=restricted.case).count() == 3


def test_everything_verifies_afterwards(done):
    found = verify_everything(actor=None)
    assert [str(finding) for findings in found.findings.values() for finding in findings] == []


def test_the_audit_trail_names_nobody(restricted, done):
    event = AuditEvent.objects.get(object_type="cases.pseudonymisation", object_id=str(done.pk))
    assert event.reason == WHY
    for each in AuditEvent.objects.all():
        text = f"{each.reason}{each.before}{each.after}"
        assert not any(name in text for name in NAMES)
    assert AuditEvent.objects.filter(object_type="reports.keydestruction", action="delete").count() == 1


def test_a_rotation_of_keys_leaves_what_was_destroyed(done):
    call_command("rotate_field_keys")
    assert ReportKey.objects.get().wrapped == ""
    assert check_reports().intact


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE reports_reportkey SET wrapped = 'x'", "is still there"),
        ("DELETE FROM reports_keydestruction", "no longer in the record"),
        ("DELETE FROM cases_pseudonymisation", "no longer in the record"),
    ],
)
def test_what_somebody_changes_afterwards_is_named(done, change, says):
    with triggers_lifted(connection):
        if "pseudonymisation" in change:
            KeyDestruction.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(change)
    assert says in "\n".join(str(each) for check in (check_removals, check_destroyed_keys) for each in check())


def test_a_name_that_came_back_is_named(restricted, done):
    former = FormerIdentity.objects.get()
    former.family_name = "Sample"
    former.save()
    assert "not those of its pseudonym" in "\n".join(map(str, check_removals()))


@pytest.mark.parametrize("model", [Pseudonymisation, KeyDestruction])
def test_the_database_keeps_the_decision(done, model):
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all().delete()


def test_nobody_gives_them_a_number_of_another_system_afterwards(ines):
    own = PatientFactory(organisation=ines.organisation, mrn="OWN-1")
    restrict_patient(actor=ines, patient=own, reason=WHY)
    pseudonymise_patient(actor=ines, patient=own, mrn="OWN-1", reason=WHY)
    with pytest.raises(Conflict) as refused:
        set_numbers(actor=ines, patient=own, numbers=[("national", "NAT-7")])
    assert refused.value.code == "pseudonymised"


def test_no_answer_over_fhir_names_them(restricted, done, ines):
    http = Client()
    http.force_login(ines, backend="allauth.account.auth_backends.AuthenticationBackend")
    case = restricted.case.pk
    paths = ("Patient", "ServiceRequest", "Specimen", "DiagnosticReport", "Observation", "Provenance", "Organization")
    answers = [http.get(f"/fhir/r4/{path}", {"_count": "100"}) for path in paths]
    answers += [http.get(f"/fhir/r4/DiagnosticReport/{case}{rest}") for rest in ("", "/_history/1", "/$bundle")]
    assert {answer.status_code for answer in answers} == {200, 410}
    for answer in answers:
        assert not any(name in answer.content.decode() for name in NAMES)


def test_nothing_takes_it_back(restricted, done, amina, ines):
    with pytest.raises(Conflict, match="pseudonymised"):
        lift_restriction(
            actor=ines,
            restriction=PatientRestriction.objects.get(patient=restricted.patient),
            reason="We want them back now.",
        )
    with pytest.raises(Conflict, match="pseudonymised"):
        pseudonymise_patient(actor=ines, patient=restricted.patient, mrn=done.pseudonym, reason=WHY)
    # Their clinic does not see them any more; a laboratory that registers its own patients would.
    with pytest.raises(NotFound):
        update_patient(actor=amina, patient=restricted.patient, family_name="Sample", reason="mistyped")


def test_what_was_said_of_a_rejected_specimen_is_emptied(done, restricted):
    rejection = SpecimenRejection.objects.get(case=restricted.waiting)
    assert (rejection.words, rejection.reasons) == ("", ["identity_mismatch"])
    assert not [found for found in check_rejections() if isinstance(found, Finding)]
    with triggers_lifted(connection):
        SpecimenRejection.objects.update(words="The blood of Adaeze.")
    assert "what the pseudonymisation of its patient emptied" in "\n".join(map(str, check_removals()))
