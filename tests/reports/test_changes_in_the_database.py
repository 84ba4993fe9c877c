"""What was signed is refused to be changed in SQL; a change forced past the triggers is found on every display."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEvent
from audit.triggers import drop_statements
from cases.models import SmearImage
from cases.storage import clinical_storage
from reports.checks import check_guards
from reports.models import Report, ReportKind
from reports.selectors.versions import previous_signed_differential
from reports.services.report_check import verify_reports
from reports.verification import verify_report
from review.services.amendments import open_amendment
from tests.append_only import triggers_lifted
from tests.factories.analysed_cases import reviewed_case
from tests.factories.reports import next_version

pytestmark = pytest.mark.django_db

CHANGES = [
    "UPDATE reports_report SET kind = 'withdrawn'",
    "UPDATE reports_report SET sealed = 'x'",
    "DELETE FROM reports_report",
    "UPDATE reports_signature SET signer_name = 'Somebody Else'",
    "DELETE FROM reports_signature",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_a_signed_report_refuses_change_in_sql(report, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify_report(Report.objects.get(pk=report.pk)).intact


def forced(statement, *values):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # A table whose new rows still await their foreign-key check cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    ("statement", "value", "fault"),
    [
        ("UPDATE reports_report SET sealed = %s", "gAAAA", "content was altered"),
        ("UPDATE reports_report SET content_sha256 = %s", "0" * 64, "content is not what was signed"),
        ("UPDATE reports_report SET pdf_sha256 = %s", "0" * 64, "PDF is not the one"),
        ("UPDATE reports_report SET images_sha256 = %s", "0" * 64, "list of images"),
        ("UPDATE reports_report SET digest = %s", "0" * 64, "do not belong together"),
        ("UPDATE reports_signature SET signer_name = %s", "Somebody Else", "signature was altered"),
        ("UPDATE reports_signature SET meaning = %s", "Nothing", "signature was altered"),
        ("UPDATE reports_reportkey SET wrapped = %s", "gAAAA", "content was altered"),
    ],
)
def test_a_forced_change_is_found(report, statement, value, fault):
    forced(statement, value)
    found = verify_report(Report.objects.get(pk=report.pk))
    assert not found.intact
    assert fault in " ".join(found.faults)


def test_a_missing_signature_and_a_changed_image_row_are_found(report, case):
    forced("DELETE FROM reports_signature WHERE signer_name <> %s", "")
    assert "signature is missing" in " ".join(verify_report(Report.objects.get(pk=report.pk)).faults)


def test_a_changed_or_missing_file_is_found(report, case):
    image = SmearImage.objects.get(case=case)
    storage = clinical_storage()
    storage.delete(image.original.name)
    storage.save(image.original.name, ContentFile(b"another picture"))
    assert "image of field 1" in " ".join(verify_report(Report.objects.get(pk=report.pk), thorough=True).faults)
    storage.delete(report.pdf.name)
    assert "PDF is missing" in " ".join(verify_report(Report.objects.get(pk=report.pk)).faults)


@pytest.mark.parametrize("column", ["sealed", "content_sha256"])
def test_an_altered_report_is_no_previous_differential_and_stops_no_other_case(
    client, report, case, riverside, pavel, column
):
    later = reviewed_case(riverside, pavel, patient=case.patient)
    assert previous_signed_differential(case.patient, later) is not None
    forced(f"UPDATE reports_report SET {column} = %s", "0" * 64)
    assert previous_signed_differential(case.patient, later) is None
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/cases/{later.pk}/review/state/").json()["differential"]["previous"] is None
    assert client.get(f"/cases/{later.pk}/sign/").status_code == 200


def test_nothing_is_signed_after_an_altered_version(client, report, case, pavel):
    open_amendment(actor=pavel, case=case, kind="corrected", reason_code="other", reason="Seen again.")
    forced("UPDATE reports_report SET sealed = %s", "gAAAA")
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(f"/cases/{case.pk}/sign/")
    assert answer.status_code == 409
    assert "Version 1 of this report is no longer what was signed" in answer.content.decode()


def test_the_command_names_what_does_not_hold(report, capsys):
    call_command("verify_reports")
    assert "Every signed report holds: 1." in capsys.readouterr().out
    forced("UPDATE reports_report SET digest = %s", "0" * 64)
    with pytest.raises(CommandError, match=f"Report {report.pk}, version 1: The hashes of the report do not belong"):
        call_command("verify_reports")
    event = AuditEvent.objects.filter(action="verify").first()
    assert (event.outcome, event.after["reports"]) == ("failure", 1)


def test_the_last_version_removed_is_missed(report, case, pavel):
    last = next_version(case, pavel, kind=ReportKind.CORRECTED)
    assert verify_reports().intact
    for table, column in (
        ("integrations_feedevent", "report_id"),
        ("reports_signature", "report_id"),
        ("reports_reportkey", "report_id"),
        ("reports_report", "id"),
    ):
        forced(f"DELETE FROM {table} WHERE {column} = %s", last.pk.hex if connection.vendor == "sqlite" else last.pk)
    # The version before it looks as good as ever.
    assert verify_report(Report.objects.get(pk=report.pk)).intact
    assert verify_reports().faults == [
        f"Report {last.pk} was signed, the audit trail says, and is no longer in the record."
    ]


def test_a_report_made_anew_behind_the_audit_trail_is_found(report, case, pavel):
    forced("UPDATE audit_auditevent SET object_id = 'other' WHERE action = %s", "sign")
    assert f"Report {report.pk}, version 1: its signing has no event in the audit trail." in verify_reports().faults
    forced("UPDATE audit_auditevent SET object_id = %s WHERE action = 'sign'", str(report.pk))
    forced("UPDATE audit_auditevent SET after = %s WHERE action = 'sign'", '{"digest": "another"}')
    assert verify_reports().faults == [f"Report {report.pk}, version 1: the audit trail saw another one signed."]


def test_guards_taken_off_are_told(report):
    with connection.cursor() as cursor:
        for statement in drop_statements(connection.vendor, "reports_signature"):
            cursor.execute(statement)
    (fault,) = verify_reports().faults
    assert fault.startswith("The database no longer refuses changes")


def test_a_dropped_guard_is_an_error_of_the_system_check(db):
    assert check_guards(databases=["default"]) == []
    with triggers_lifted(connection):
        if connection.vendor == "sqlite":
            assert {message.id for message in check_guards(databases=["default"])} == {"reports.E001"}


def test_the_page_says_it_loudly_and_hands_out_no_file(client, olga, report):
    forced("UPDATE reports_report SET pdf_sha256 = %s", "0" * 64)
    client.force_login(olga)
    page = client.get(f"/reports/{report.pk}/").content.decode()
    assert "Do not use this report" in page
    assert "PDF is not the one that was signed" in page
    for form in ("pdf", "csv", "json"):
        assert client.get(f"/reports/{report.pk}.{form}").status_code == 409


def test_field_keys_rotate_under_a_signed_report(report, settings):
    from cryptography.fernet import Fernet

    old = list(settings.HEMATOVISION_FIELD_KEYS)
    new = Fernet.generate_key().decode()
    settings.HEMATOVISION_FIELD_KEYS = [new, *old]
    call_command("rotate_field_keys", stdout=io.StringIO())
    settings.HEMATOVISION_FIELD_KEYS = [new]
    assert verify_report(Report.objects.get(pk=report.pk)).intact
