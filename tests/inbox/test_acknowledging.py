"""The clinic opens and acknowledges a report; a critical result is read back; then nobody is reminded any more."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from audit.models import Action, AuditEvent
from audit.services import record
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from inbox.models import Acknowledgement
from inbox.services import acknowledge, open_delivery
from inbox.verification import acknowledgement_digest
from notices.models import Notification
from reports.models import ReportKey
from tests.factories.languages import mark_language

pytestmark = pytest.mark.django_db


def test_acknowledging_delivers_the_case_and_quiets_everybody(delivery, amina):
    done = acknowledge(actor=amina, delivery=delivery, read_back={})
    delivery.refresh_from_db()
    assert (done.by, done.by_name, done.by_role) == (amina, "Amina Riverside", "Uploader")
    assert not delivery.waits
    assert delivery.opened_by == amina
    assert delivery.case.state == "delivered"
    assert not Notification.objects.unread().exists()
    event = AuditEvent.objects.filter(action="receive").get()
    kept = {"acknowledged": acknowledgement_digest(done)}
    assert event.after == {"what": "acknowledged", "version": 1, "read_back": [], **kept}


def test_the_second_acknowledgement_is_the_first(delivery, amina):
    first = acknowledge(actor=amina, delivery=delivery, read_back={})
    assert acknowledge(actor=amina, delivery=delivery, read_back={}) == first
    assert AuditEvent.objects.filter(action="receive").count() == 1


def test_opening_counts_once_and_only_at_the_clinic(delivery, amina, pavel):
    open_delivery(actor=pavel, delivery=delivery)
    delivery.refresh_from_db()
    assert (delivery.opened_at, delivery.case.state) == (None, "signed")
    open_delivery(actor=amina, delivery=delivery)
    delivery.refresh_from_db()
    first = delivery.opened_at
    assert delivery.case.state == "delivered"
    assert delivery.waits
    open_delivery(actor=amina, delivery=delivery)
    delivery.refresh_from_db()
    assert delivery.opened_at == first
    assert delivery.case.transitions.filter(to_state="delivered").count() == 1


@pytest.mark.parametrize("path", ["/api/v1/cases/{case}/reports/", "/api/v1/reports/{report}/"])
def test_a_lis_that_fetches_a_report_has_not_read_it(
    client, delivery, riverside, token_for, path, django_capture_on_commit_callbacks
):
    address = path.format(case=delivery.case_id, report=delivery.report_id)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.get(address, headers={"Authorization": f"Bearer {token_for(riverside, 'reports:read')}"})
    assert answer.status_code == 200
    delivery.refresh_from_db()
    assert (delivery.opened_at, delivery.waits, delivery.case.state) == (None, True, "signed")


def test_an_audit_trail_of_no_report_in_particular_opens_none(delivery, amina, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record(actor=amina, action=Action.VIEW, object_type="reports.report", after={"listed": 3})
    delivery.refresh_from_db()
    assert delivery.opened_at is None


@pytest.mark.parametrize("typed", ["", "0.13", "critical"])
def test_a_critical_result_must_be_read_back(critical, amina, typed):
    with pytest.raises(Unprocessable) as refusal:
        acknowledge(actor=amina, delivery=critical, read_back={"neutrophils_absolute": typed})
    assert refusal.value.details == {"wrong": ["neutrophils_absolute"]}
    assert not Acknowledgement.objects.exists()
    event = AuditEvent.objects.filter(action="receive", outcome="denied").get()
    # What was typed is a result and stays out of the audit trail.
    assert event.after == {"wrong": ["neutrophils_absolute"]}


def test_the_right_value_acknowledges_and_is_kept(critical, amina):
    done = acknowledge(actor=amina, delivery=critical, read_back={"neutrophils_absolute": "0,31", "other": "x"})
    assert done.read_back == {"neutrophils_absolute": "0,31"}


def test_a_withdrawal_is_read_back_and_leaves_the_case_withdrawn(delivery, sent, amina, case):
    withdrawn = sent(kind="withdrawn", reason="Slide of another patient.")
    with pytest.raises(Unprocessable):
        acknowledge(actor=amina, delivery=withdrawn, read_back={})
    acknowledge(actor=amina, delivery=withdrawn, read_back={"withdrawn": "withdrawn"})
    case.refresh_from_db()
    assert case.state == "withdrawn"


def test_a_superseded_version_is_not_acknowledged(delivery, sent, amina):
    corrected = sent(kind="corrected")
    with pytest.raises(Conflict) as refusal:
        acknowledge(actor=amina, delivery=delivery, read_back={})
    assert (refusal.value.code, refusal.value.details) == ("superseded", {"delivery": str(corrected.pk)})


def test_a_corrected_report_is_delivered_anew(delivery, sent, amina, case):
    acknowledge(actor=amina, delivery=delivery, read_back={})
    corrected = sent(kind="corrected")
    case.refresh_from_db()
    assert case.state == "corrected"
    acknowledge(actor=amina, delivery=corrected, read_back={})
    case.refresh_from_db()
    assert case.state == "delivered"


def test_opening_an_old_version_does_not_deliver_the_new_one(delivery, sent, amina, case):
    sent(kind="corrected")
    open_delivery(actor=amina, delivery=delivery)
    case.refresh_from_db()
    assert case.state == "corrected"


def test_an_altered_report_is_not_acknowledged(delivery, amina):
    ReportKey.objects.filter(report=delivery.report).update(wrapped="altered")
    with pytest.raises(Conflict) as refusal:
        acknowledge(actor=amina, delivery=delivery, read_back={})
    assert refusal.value.code == "tampered"


def test_an_altered_report_is_not_opened_either(client, delivery, amina, django_capture_on_commit_callbacks):
    ReportKey.objects.filter(report=delivery.report).update(wrapped="altered")
    client.force_login(amina)
    for address in (f"/inbox/{delivery.pk}/", f"/reports/{delivery.report_id}/"):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.get(address).status_code == 200
    delivery.refresh_from_db()
    assert (delivery.opened_at, delivery.case.state) == (None, "signed")


def test_only_the_clinic_acknowledges(delivery, pavel, ines, bora, lars):
    for user in (pavel, ines):
        with pytest.raises(PermissionRefused):
            acknowledge(actor=user, delivery=delivery, read_back={})
    for user in (bora, lars):
        with pytest.raises(NotFound):
            acknowledge(actor=user, delivery=delivery, read_back={})


def test_a_name_stays_as_it_was_when_the_account_changes(delivery, amina):
    acknowledge(actor=amina, delivery=delivery, read_back={})
    amina.full_name, amina.is_active = "Somebody Else", False
    amina.save()
    delivery.refresh_from_db()
    assert delivery.acknowledgement.by_name == "Amina Riverside"


@pytest.mark.parametrize(
    "statement", ["UPDATE inbox_acknowledgement SET by_name = 'x'", "DELETE FROM inbox_acknowledgement"]
)
def test_an_acknowledgement_is_not_changed_in_sql(delivery, amina, statement):
    acknowledge(actor=amina, delivery=delivery, read_back={})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_withdrawal_is_read_back_in_ones_own_language_and_kept_in_english(delivery, sent, amina, monkeypatch):
    withdrawn = sent(kind="withdrawn", reason="Slide of another patient.")
    mark_language(monkeypatch, "fr")
    with translation.override("fr"):
        with pytest.raises(Unprocessable, match="fr:What you typed"):
            acknowledge(actor=amina, delivery=withdrawn, read_back={"withdrawn": "retired"})
        done = acknowledge(actor=amina, delivery=withdrawn, read_back={"withdrawn": "FR:withdrawn "})
    assert (done.read_back, done.by_role) == ({"withdrawn": "withdrawn"}, "Uploader")
