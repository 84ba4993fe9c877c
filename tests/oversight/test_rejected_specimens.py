"""The page of rejected specimens: counted by clinic, reason and week, of one laboratory, over a period."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from cases.models import Case
from cases.services.rejections import reject_specimen
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db
PAGE = "/oversight/rejections/"


@pytest.fixture
def counted(riverside, hilltop, lakeside, pavel, nadia):
    """Three cases came from riverside, two of them rejected, one from hilltop; one was rejected in another laboratory."""
    for reasons in (["clotted", "too_old"], ["clotted"]):
        reject_specimen(actor=pavel, case=CaseFactory(clinic=riverside, ready=True), reasons=reasons)
    CaseFactory(clinic=riverside, ready=True)
    CaseFactory(clinic=hilltop, ready=True)
    CaseFactory(clinic=hilltop)
    reject_specimen(actor=nadia, case=CaseFactory(clinic=lakeside, ready=True), reasons=["clotted"])


def shown(client, person, query=""):
    client.force_login(person)
    return client.get(PAGE + query)


def test_they_are_counted_by_clinic_and_reason(client, olga, counted):
    found = shown(client, olga).context["found"]
    assert (found.whole.came, found.whole.rejected) == (4, 2)
    assert [(line.name, line.came, line.rejected) for line in found.clinics] == [
        ("Riverside Clinic", 3, 2),
        ("Hilltop Clinic", 1, 0),
    ]
    assert (found.whole.reasons["clotted"], found.whole.reasons["too_old"]) == (2, 1)


def test_the_page_says_it_in_words(client, ines, counted):
    page = " ".join(shown(client, ines).content.decode().split())
    assert "2 of 4 rejected, 50.0 %." in page
    assert "2 of 4 rejected, 50.0 % (6.8 to 93.2 %)" in page
    assert "The blood was clotted." in page
    assert "Lakeside" not in page


def test_what_was_submitted_before_the_period_does_not_count(client, olga, counted):
    Case.objects.filter(state="rejected").update(submitted_at=timezone.now() - dt.timedelta(days=60))
    assert shown(client, olga, "?days=30").context["found"].whole.rejected == 0
    assert shown(client, olga, "?days=90").context["found"].whole.rejected == 2
    assert shown(client, olga, "?days=nonsense").context["days"] == 90
    assert len(shown(client, olga).context["found"].weeks) == 2


def test_a_laboratory_without_cases_is_told_so(client, olga):
    assert "No case was submitted in this period." in shown(client, olga).content.decode()
