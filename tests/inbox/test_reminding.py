"""What nobody acknowledges is recalled, then told to others, until somebody does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.models import AuditEvent
from inbox.models import Delivery
from inbox.services import acknowledge, remind, reminders
from notices.models import Notification
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def hours_later(monkeypatch):
    """`hours_later(n)` -> what one pass does n hours from now."""

    def pass_(hours):
        now = timezone.now() + timedelta(hours=hours)
        with monkeypatch.context() as patched:
            patched.setattr(reminders.timezone, "now", lambda: now)
            return remind()

    return pass_


def told(user, kind="report_waits"):
    return [each.text for each in Notification.objects.unread().filter(user=user, kind=kind)]


def test_nobody_is_reminded_too_early(delivery, hours_later):
    assert hours_later(23) == 0
    assert hours_later(25) == 1
    assert hours_later(25) == 0


def test_first_the_receivers_then_everybody_concerned(delivery, amina, pavel, ines, bora, hours_later):
    hours_later(25)
    assert told(amina) == ["A report waits for your acknowledgement since 1 day."]
    assert told(pavel) == told(ines) == []
    hours_later(73)
    over_heads = ["A report waits for acknowledgement by Riverside Clinic since 3 days."]
    # A reminder stands for those before it.
    assert told(amina) == told(pavel) == told(ines) == over_heads
    assert told(bora) == []
    hours_later(98)
    assert told(pavel) == ["A report waits for acknowledgement by Riverside Clinic since 4 days."]
    delivery.refresh_from_db()
    assert (delivery.reminders, delivery.escalated_at is not None) == (3, True)


def test_a_critical_result_does_not_wait_a_day(critical, amina, pavel, hours_later):
    hours_later(0.6)
    assert told(amina) == ["A critical report waits for your acknowledgement since 36 minutes."]
    hours_later(1.1)
    assert told(pavel) == ["A critical report waits for acknowledgement by Riverside Clinic since 1 hour."]


def test_escalation_does_not_wait_for_the_next_reminder(delivery, settings, pavel, hours_later):
    settings.INBOX_ESCALATE_HOURS = {**settings.INBOX_ESCALATE_HOURS, "routine": 30}
    hours_later(25)
    hours_later(31)
    assert told(pavel) == ["A report waits for acknowledgement by Riverside Clinic since 1 day."]


def test_the_priority_of_the_case_counts(case, sent, hours_later):
    case.priority = "stat"
    case.save()
    sent()
    assert hours_later(1.1) == 1


def test_it_ends_with_the_acknowledgement(delivery, amina, pavel, ines, hours_later):
    hours_later(25)
    hours_later(73)
    acknowledge(actor=amina, delivery=delivery, read_back={})
    for user in (amina, pavel, ines):
        assert told(user) == told(user, "report") == []
    assert hours_later(1000) == 0


def test_a_superseded_version_is_not_recalled(delivery, sent, hours_later):
    sent(kind="corrected")
    assert hours_later(25) == 1
    delivery.refresh_from_db()
    assert delivery.reminders == 0


def test_a_clock_that_was_put_back_does_no_harm(delivery, hours_later):
    assert hours_later(-48) == 0
    assert hours_later(25) == 1


def test_two_passes_at_once_remind_once(delivery, amina, monkeypatch):
    later = timezone.now() + timedelta(hours=25)
    monkeypatch.setattr(reminders.timezone, "now", lambda: later)
    seen_by_both = Delivery.objects.select_related("case", "organisation").get()
    assert reminders._remind(seen_by_both, later)
    assert not reminders._remind(seen_by_both, later)
    assert len(told(amina)) == 1


def test_somebody_new_at_the_clinic_is_reminded_too(delivery, riverside, hours_later):
    zoe = person("Zoe", Role.UPLOADER, riverside)
    hours_later(25)
    assert len(told(zoe)) == 1


def test_reminders_are_in_the_audit_trail(delivery, hours_later, central):
    hours_later(25)
    hours_later(73)
    events = AuditEvent.objects.filter(action="send", object_type="inbox.delivery", laboratory_id=central.pk)
    assert [event.after.get("what") for event in events.order_by("id")] == [None, "reminder", "escalation"]
