"""Administrators have everything verified from a page; auditors read what was found, of their own laboratory by name."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from hematovision import verifications
from hematovision.verifications import Finding
from notices.models import Notification
from oversight.models import VerificationResult, VerificationRun
from oversight.services.verification_runs import LONGEST, follow_verifications, run_verification
from oversight.verification import result_digest
from tests.factories.analysed_cases import analysed_case

pytestmark = pytest.mark.django_db
PAGE = reverse("oversight:verification")
NOW = reverse("oversight:verify_now")


@pytest.fixture
def sent(monkeypatch):
    """The messages to workers."""
    messages = []
    monkeypatch.setattr("hematovision.celery.app.send_task", lambda task, args, **_: messages.append((task, *args)))
    return messages


@pytest.fixture
def checks(monkeypatch):
    """`checks[name] = findings`: what there is to verify in place of everything."""
    found = {"images": [], "guards": []}
    monkeypatch.setattr(
        verifications, "registered", lambda: {name: lambda it=it: iter(it) for name, it in found.items()}
    )
    return found


@pytest.fixture
def image(riverside):
    return analysed_case(riverside).images.get()


def finding_of(image):
    return Finding("cases.smearimage", str(image.pk), "Its file is not the one that was kept.")


def verify(client, person):
    client.force_login(person)
    client.post(NOW)
    run = VerificationRun.objects.get(is_open=True)
    run_verification(run_id=run.pk)
    return client.get(PAGE).text


def test_before_the_first_one_the_page_says_when_it_comes(client, olga):
    client.force_login(olga)
    page = client.get(PAGE).text
    assert "Nothing has been verified yet" in page
    assert NOW not in page  # an auditor reads


def test_asking_queues_one_and_shows_how_far_it_is(client, ines, sent, checks, django_capture_on_commit_callbacks):
    client.force_login(ines)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(NOW).status_code == 302
    run = VerificationRun.objects.get()
    assert sent == [("oversight.tasks.verify_all", str(run.pk))]
    page = client.get(PAGE).text
    assert "waits for a worker" in page
    assert "Verify now" not in page
    VerificationRun.objects.update(started_at=timezone.now(), checks_done=1)
    assert "1 of 2 checks done" in client.get(reverse("oversight:verification_live")).text


def test_a_second_one_is_refused_while_one_is_under_way(client, ines, sent):
    client.force_login(ines)
    client.post(NOW)
    answer = client.post(NOW)
    assert (answer.status_code, VerificationRun.objects.count()) == (409, 1)
    assert "already under way" in answer.text


def test_a_run_is_done_once_however_often_its_message_comes(client, ines, sent, checks):
    assert "Everything is what was written." in verify(client, ines)
    run_verification(run_id=VerificationRun.objects.get().pk)
    result = VerificationResult.objects.get()
    assert result.intact
    assert (result.trigger, result.asked_by) == ("person", ines)
    assert client.get(reverse("oversight:verification_live")).headers["HX-Refresh"] == "true"


def test_findings_are_named_to_their_laboratory_and_counted_for_others(client, ines, petra, sent, checks, image):
    checks["images"] = [finding_of(image)]
    own = verify(client, ines)
    assert str(image.pk) in own
    client.force_login(petra)
    other = client.get(PAGE).text
    assert str(image.pk) not in other
    assert "1 of the installation or of another laboratory" in other
    assert ines.full_name not in other


def test_administrators_are_told_once_of_each_finding(client, ines, petra, olga, sent, checks, image):
    checks["images"] = [finding_of(image)]
    verify(client, ines)
    verify(client, ines)
    assert [told.user for told in Notification.objects.filter(kind="verification")] == [ines]
    checks["guards"] = [Finding("database.trigger", "append_only_update_x", "The table no longer refuses.")]
    verify(client, ines)
    told = Notification.objects.filter(kind="verification").values_list("user__email", flat=True)
    assert sorted(told) == sorted([ines.email, ines.email, petra.email])


def test_the_event_counts_and_names_the_result(client, ines, sent, checks, image):
    checks["images"] = [finding_of(image)]
    verify(client, ines)
    event = AuditEvent.objects.filter(action="verify").first()
    assert (event.object_id, event.outcome) == (str(VerificationResult.objects.get().pk), "failure")
    row = event.after.pop("row")
    assert event.after == {"images": 1, "guards": 0}
    assert row == result_digest(VerificationResult.objects.get())


def test_what_was_found_cannot_be_changed_or_removed(client, ines, sent, checks):
    verify(client, ines)
    for change in (lambda rows: rows.update(number=0), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(VerificationResult.objects.all())


def test_a_check_that_breaks_is_said_and_makes_way_for_the_next(client, ines, sent, checks, monkeypatch):
    def broken():
        raise RuntimeError

    monkeypatch.setattr(verifications, "registered", lambda: {"images": broken})
    with pytest.raises(RuntimeError):
        verify(client, ines)
    page = client.get(PAGE).text
    assert "did not come to its end" in page
    assert "Verify now" in page


def test_the_weekly_one_is_asked_for_when_none_was_for_a_week(sent, checks):
    follow_verifications()
    run = VerificationRun.objects.get()
    assert (run.trigger, run.asked_by) == ("weekly", None)
    follow_verifications()  # what waits is announced again, not asked for twice
    assert sent == [("oversight.tasks.verify_all", str(run.pk))]
    run_verification(run_id=run.pk)
    follow_verifications()
    assert VerificationRun.objects.count() == 1


def test_a_run_whose_worker_is_gone_is_closed_with_a_sentence(sent, checks):
    follow_verifications()
    VerificationRun.objects.update(started_at=timezone.now() - 2 * LONGEST)
    follow_verifications()
    assert not VerificationRun.objects.get().is_open
    assert VerificationResult.objects.get().problem == "The worker stopped before the end."
