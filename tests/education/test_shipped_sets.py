"""What ships is there after an import, and the demonstration has a class that answers it."""

import datetime as dt
from random import Random

import pytest
from django.utils import timezone

from accounts.demo import seed_classmates, seed_people
from accounts.models import User
from education.competence import Reading
from education.models import (
    Answer,
    Attempt,
    AttemptState,
    Certificate,
    CertificateRequest,
    StudentGroup,
    TeachingSet,
)
from education.passing import Lack, judge_quiz
from education.selectors.student_groups import figures_of
from education.services.answers import show_next
from education.services.attempts import start_attempt
from education.services.shipped_sets import SHIPPED_SETS, ensure_shipped_sets
from education.teaching_classes import CODES, OF_THE_LABORATORY
from education.verification import check_certificates
from hematovision.errors import PermissionRefused
from reports.canonical import canonical
from tests.factories.teaching import teaching_cell
from workbench.services import demo_course
from workbench.services.demo_answers import labels_for
from workbench.services.demo_clock import set_clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def material():
    """Ten cells of every class, in place of the material that ships."""
    for code in CODES:
        for _ in range(10):
            teaching_cell(code)


def test_shipped_sets_are_opened_once_and_what_was_changed_stays():
    assert ensure_shipped_sets() == len(SHIPPED_SETS)
    TeachingSet.objects.filter(shipped_as="practice").update(state="closed", title="Ours")
    assert ensure_shipped_sets() == 0
    assert TeachingSet.objects.get(shipped_as="practice").title == "Ours"


def test_every_shipped_set_can_be_begun(material, sami):
    ensure_shipped_sets()
    begun = {}
    for shipped in SHIPPED_SETS:
        attempt = start_attempt(actor=sami, teaching_set=TeachingSet.objects.get(shipped_as=shipped.shipped_as))
        assert show_next(actor=sami, attempt=attempt.pk)[1] is not None
        begun[shipped.shipped_as] = attempt.items.count()
    assert begun == {each.shipped_as: 1 if each.adaptive else each.length for each in SHIPPED_SETS}


def test_the_demo_has_a_class_that_has_answered_and_a_certificate(material, settings, monkeypatch):
    settings.DEMO_ACCOUNTS = True
    monkeypatch.setattr(demo_course, "_ERRS", demo_course._ERRS[:2])
    monkeypatch.setattr(demo_course, "pdf_problem", lambda: "")
    monkeypatch.setattr("education.services.certificates.certificate_pdf", lambda content: canonical(content).encode())
    now = timezone.now()
    with set_clock(now - dt.timedelta(days=90)):
        seed_people()
        ensure_shipped_sets()
        assert demo_course.begin_course(now=now) == 10
    given = demo_course.seed_answers(now=now)
    assert given == Answer.objects.count() > 300
    with set_clock(now - dt.timedelta(hours=2)) as clock:
        assert demo_course.seed_certificates(clock=clock) == 1

    student = User.objects.get(email="student@central-laboratory.example")
    running = Attempt.objects.of(student).get(state=AttemptState.RUNNING)
    assert running.items.filter(answers=None).count() == running.items.count() / 2
    assert Certificate.objects.get().student == student
    assert CertificateRequest.objects.open().get().attempt.student.full_name == "Second Student"
    figures = figures_of(StudentGroup.objects.get(), now)
    assert [(each.person.full_name, each.right.n > 150) for each in figures.members if each.right.n] == [
        ("Central Student", True),
        ("Second Student", True),
    ]
    assert {each.true for each in figures.mixed_up[:2]} <= {"monocyte", "lymphocyte", "immature_granulocyte"}
    assert not Answer.objects.filter(at__gt=now).exists()
    assert list(check_certificates()) == []

    with set_clock(now) as clock:
        assert demo_course.begin_course(now=now) == demo_course.seed_answers(now=now) == 0
        assert demo_course.seed_certificates(clock=clock) == 0


def test_what_a_demo_student_mistakes_decides_who_passes():
    codes = [each.code for each in OF_THE_LABORATORY]
    truths = codes * 15

    def judged(errs):
        labels = labels_for(truths, codes, errs=errs, lot=Random(1))
        assert set(labels) <= set(codes)
        return judge_quiz([Reading(*each, timezone.localdate()) for each in zip(truths, labels, strict=True)])

    assert judged(0.07).is_passed
    assert {(each.lack, each.code) for each in judged(0.2).missing} == {
        (Lack.SENSITIVITY, "monocyte"),
        (Lack.SENSITIVITY, "immature_granulocyte"),
    }


def test_there_is_no_demo_class_outside_local_settings(settings):
    settings.DEMO_ACCOUNTS = False
    with pytest.raises(PermissionRefused):
        seed_classmates()
