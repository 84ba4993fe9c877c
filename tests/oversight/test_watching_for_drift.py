"""A model that does worse at one laboratory is said there, once a week, and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from notices.models import Notification
from oversight.services.drift_watch import watch_drift
from tests.factories.analysed_cases import PredictedCell, analysed_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]
BAD = ["neutrophil"] * 30 + [PredictedCell("monocyte", label="neutrophil")] * 30
GOOD = ["neutrophil"] * 60


def test_an_alarm_is_told_to_those_who_oversee_and_recorded(riverside, pavel, olga, ines, timo, central):
    analysed_case(riverside, BAD, decided_by=pavel, state="signed")
    assert watch_drift() == [central]
    told = Notification.objects.filter(kind="drift")
    assert {notification.user_id for notification in told} == {olga.pk, ines.pk}
    assert "neutrophil" in told[0].text
    event = AuditEvent.objects.first()
    assert (event.action, event.outcome, event.laboratory_id) == ("verify", "failure", central.pk)


def test_it_is_said_once_a_week_as_long_as_it_lasts(riverside, pavel, olga, monkeypatch):
    analysed_case(riverside, BAD, decided_by=pavel, state="signed")
    assert watch_drift()
    assert watch_drift() == []
    later = timezone.now() + timedelta(days=8)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert watch_drift()


def test_as_good_as_the_card_is_silence(riverside, pavel, olga):
    analysed_case(riverside, GOOD, decided_by=pavel, state="signed")
    assert watch_drift() == []
    assert not Notification.objects.exists()


def test_what_was_reviewed_long_ago_or_is_not_signed_says_nothing(riverside, pavel):
    analysed_case(riverside, BAD, state="signed", decided_by=pavel, decided_at=timezone.now() - timedelta(days=120))
    analysed_case(riverside, BAD, decided_by=pavel)
    assert watch_drift() == []


def test_without_figures_on_the_card_there_is_nothing_to_judge(riverside, pavel, version):
    analysed_case(riverside, BAD, decided_by=pavel, state="signed")
    type(version).objects.filter(pk=version.pk).update(card={})
    assert watch_drift() == []
