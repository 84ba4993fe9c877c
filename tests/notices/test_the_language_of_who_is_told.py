"""People are told in their own language, in the app and by e-mail, whoever causes it."""

from __future__ import annotations

import uuid

import pytest
from django.core import mail
from django.utils import translation
from django.utils.translation import gettext

from inbox import words
from inbox.critical_limits import MEASURES
from inbox.models import Delivery
from inbox.services import reminders
from notices.models import Notification
from notices.services import notify, send_email_to
from tests.factories.cases import CaseFactory
from tests.factories.languages import mark_language
from tests.factories.reports import signed_report

pytestmark = pytest.mark.django_db

SUBJECT = uuid.uuid4()


@pytest.fixture(autouse=True)
def french(amina, monkeypatch):
    """French in which every sentence says that it is, and amina, who chose it."""
    mark_language(monkeypatch, "fr")
    amina.language = "fr"
    amina.save(update_fields=["language"])


def tell(*people, text="A report was signed."):
    return notify(recipients=people, kind="report", subject_id=SUBJECT, text=text, path="/cases/")


def texts():
    return dict(Notification.objects.values_list("user__full_name", "text"))


def test_everybody_is_told_in_their_language(amina, pavel):
    with translation.override("es"):
        tell(amina, pavel)
    assert texts() == {amina.full_name: "fr:A report was signed.", pavel.full_name: "A report was signed."}


def test_a_sentence_with_values_is_said_for_each(amina, pavel):
    tell(amina, pavel, text=lambda: gettext("%(number)s wait.") % {"number": 3})
    assert texts() == {amina.full_name: "fr:3 wait.", pavel.full_name: "3 wait."}


def test_nobody_is_told_the_same_twice(amina, pavel):
    tell(amina, pavel)
    assert tell(amina, pavel) == []


def test_the_email_is_in_it(amina):
    tell(amina)
    assert send_email_to(user_id=amina.pk)
    assert mail.outbox[0].subject == "fr:HematoVision: there is something new for you"
    assert mail.outbox[0].body.startswith("fr:There is something new")


def test_a_reminder_is_in_it(amina, pavel):
    case = CaseFactory(clinic=amina.organisation, created_by=amina, in_review=True)
    signed_report(case, pavel)
    assert texts()[amina.full_name] == "fr:A signed report is in your inbox."
    late = Delivery.objects.get()
    Delivery.objects.update(next_step_at=late.created_at)
    reminders.remind()
    reminder = Notification.objects.get(user=amina, kind="report_waits")
    assert reminder.text.startswith("fr:A report waits for your acknowledgement since fr:")


def test_every_word_of_the_critical_limits_is_in_the_catalogue():
    said = {text for measure in MEASURES for text in (measure.label, measure.unit, measure.source)}
    assert said - {"10⁹/L", "%"} <= set(words.WORDS)
