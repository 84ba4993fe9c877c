"""A signed report goes to the clinic, and every later version to everybody who had an earlier one."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Role, User
from audit.models import AuditEvent
from inbox.models import CriticalLimits, Delivery
from inbox.services import acknowledge, deliver_forgotten_reports, deliver_report, set_critical_limits
from notices.models import Notification
from reports.models import Report, ReportKey
from tests.factories.reports import NEUTROPENIC, signed_report
from tests.people import person

pytestmark = pytest.mark.django_db


def texts(user):
    return list(Notification.objects.filter(user=user).order_by("created_at").values_list("text", flat=True))


def test_the_uploaders_of_the_clinic_are_told(delivery, amina, bora, pavel):
    assert texts(amina) == ["A signed report is in your inbox."]
    assert texts(bora) == texts(pavel) == []
    assert Notification.objects.get().path == f"/inbox/{delivery.pk}/"


def test_a_critical_result_is_marked_and_said(critical, amina):
    assert critical.critical
    assert [finding["value"] for finding in critical.findings] == ["0.31"]
    assert texts(amina) == ["A report with a critical result is in your inbox: read it and acknowledge it now."]
    assert critical.next_step_at - critical.created_at < sent_routine_wait()


def sent_routine_wait():
    from inbox.conf import remind_after

    return remind_after("routine", critical=False)


def test_a_critical_correction_is_said_to_be_both(delivery, sent, amina):
    sent(kind="corrected", counts=NEUTROPENIC)
    assert texts(amina)[-1] == (
        "A report was corrected and has a critical result: read it in your inbox and acknowledge it now."
    )


def test_no_notification_names_the_patient_or_the_specimen(critical, case, amina):
    notifications = list(Notification.objects.all())
    assert [notification.user for notification in notifications] == [amina]
    for notification in notifications:
        for secret in (case.patient.family_name, case.patient.mrn, case.accession_number, "0.31"):
            assert secret not in notification.text + notification.path


def test_sending_twice_sends_once(delivery, amina):
    assert deliver_report(report_id=delivery.report_id) == []
    assert Delivery.objects.count() == 1
    assert len(texts(amina)) == 1


def test_a_correction_takes_the_place_of_what_nobody_acknowledged(delivery, sent, amina):
    corrected = sent(kind="corrected")
    delivery.refresh_from_db()
    assert (delivery.superseded_by, delivery.waits) == (corrected, False)
    assert corrected.waits
    assert texts(amina)[-1] == "A report was corrected: the corrected version is in your inbox."
    # Of what it replaced nobody is told any more.
    assert [each.subject_id for each in Notification.objects.unread()] == [corrected.pk]


def test_an_acknowledgement_of_an_earlier_version_stands(delivery, sent, amina):
    acknowledge(actor=amina, delivery=delivery, read_back={})
    sent(kind="appended")
    delivery.refresh_from_db()
    assert delivery.superseded_by is None
    assert delivery.acknowledgement.by == amina


def test_every_earlier_receiver_gets_the_later_version(delivery, case, pavel, hilltop, bora):
    # The hilltop clinic got the first version too, say because the case was moved to it later.
    Delivery.objects.create(report=delivery.report, case=case, organisation=hilltop, next_step_at=delivery.next_step_at)
    withdrawn = signed_report(case, pavel, kind="withdrawn")
    assert {each.organisation_id for each in Delivery.objects.filter(report=withdrawn)} == {case.clinic_id, hilltop.pk}
    assert texts(bora) == ["A report was withdrawn: do not use it. Acknowledge the withdrawal in your inbox."]


def test_where_nobody_can_receive_the_laboratory_is_told_at_once(case, sent, amina, ines, pavel):
    User.objects.filter(organisation=case.clinic).update(is_active=False)
    delivery = sent()
    assert delivery.escalated_at is not None
    for user in (ines, pavel):
        assert texts(user) == ["Nobody at Riverside Clinic can receive a report that was sent there."]


def test_a_report_whose_signal_was_lost_is_sent_later(case, pavel, monkeypatch, amina):
    def fail(**_):
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr("inbox.receivers.deliver_report", fail)
        signed_report(case, pavel)
        signed_report(case, pavel, kind="corrected")
    assert not Delivery.objects.exists()
    assert deliver_forgotten_reports() == 2
    assert deliver_forgotten_reports() == 0
    assert [each.report.version for each in Delivery.objects.waiting()] == [2]


def test_an_altered_report_still_goes_out(case, pavel, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("inbox.receivers.deliver_report", lambda **_: None)
        report = signed_report(case, pavel)
    ReportKey.objects.filter(report=report).update(wrapped="altered")
    (delivery,) = deliver_report(report_id=report.pk)
    assert not delivery.critical


def test_the_limits_of_the_moment_count(case, ines, central, sent):
    limits = {"immature_granulocytes_percent": {"low": "", "high": "50"}}
    set_critical_limits(actor=ines, laboratory=central, limits=limits)
    first = sent(counts={"neutrophil": 80, "immature_granulocyte": 20})
    limits["immature_granulocytes_percent"]["high"] = "20"
    set_critical_limits(actor=ines, laboratory=central, limits=limits)
    second = sent(counts={"neutrophil": 80, "immature_granulocyte": 20}, kind="corrected")
    first.refresh_from_db()
    assert (first.critical, second.critical) == (False, True)
    # An emptied limit is none; one that was never set is the default.
    assert sent(counts=NEUTROPENIC, kind="corrected").critical
    limits["neutrophils_absolute"] = {"low": "", "high": ""}
    set_critical_limits(actor=ines, laboratory=central, limits=limits)
    assert sent(counts=NEUTROPENIC, kind="corrected").findings == []
    assert CriticalLimits.objects.get().changed_by == ines


def test_sending_is_in_the_audit_trail_of_the_laboratory(critical, case, central):
    event = AuditEvent.objects.filter(action="send", object_type="inbox.delivery").get()
    assert (event.object_id, event.laboratory_id, event.patient_id) == (str(critical.pk), central.pk, case.patient_id)
    assert event.after["critical"] is True


@pytest.mark.parametrize(
    "column", ["critical = NOT critical", "findings = '[1]'", "created_at = '2001-01-01 00:00:00'"]
)
def test_what_was_sent_is_not_changed_in_sql(critical, column):
    statement = f"UPDATE inbox_delivery SET {column}"
    with pytest.raises(DatabaseError, match="keeps what"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_laboratory_receives_what_it_entered_itself(central, pavel, ines):
    from tests.factories.cases import CaseFactory

    own = person("Umar", Role.UPLOADER, central)
    case = CaseFactory(clinic=central, laboratory=central, created_by=own, in_review=True)
    signed_report(case, pavel)
    assert texts(own) == texts(ines) == ["A signed report is in your inbox."]
    assert Report.objects.count() == 1
