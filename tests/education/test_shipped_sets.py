"""What ships is there after an import, and a demo student is in the middle of it."""

import pytest
from django.utils import timezone

from accounts.demo import seed_people
from accounts.models import User
from education.models import Answer, Attempt, AttemptState, TeachingSet
from education.selectors.results import result_of
from education.services.answers import show_next
from education.services.attempts import start_attempt
from education.services.demo_student import seed_student
from education.services.shipped_sets import SHIPPED_SETS, ensure_shipped_sets
from education.teaching_classes import CODES
from hematovision.errors import PermissionRefused
from tests.factories.teaching import teaching_cell

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


@pytest.mark.parametrize("shipped", SHIPPED_SETS, ids=lambda each: each.shipped_as)
def test_every_shipped_set_can_be_begun(material, sami, shipped):
    ensure_shipped_sets()
    attempt = start_attempt(actor=sami, teaching_set=TeachingSet.objects.get(shipped_as=shipped.shipped_as))
    assert show_next(actor=sami, attempt=attempt.pk)[1] is not None
    assert attempt.items.count() == (1 if shipped.adaptive else shipped.length)


def test_the_demo_student_is_half_way_through_a_set(material, settings):
    settings.DEMO_ACCOUNTS = True
    seed_people()
    ensure_shipped_sets()
    assert seed_student() == 40
    student = User.objects.get(email="student@central-laboratory.example")
    assert Attempt.objects.of(student).get(state=AttemptState.RUNNING).items.filter(answers=None).count() == 20
    finished = Attempt.objects.of(student).get(state=AttemptState.FINISHED)
    assert 0 < len(result_of(finished).wrong) < 10
    assert seed_student() == 0
    assert Answer.objects.filter(at__gt=timezone.now()).count() == 0


def test_there_is_no_demo_student_outside_local_settings(settings):
    settings.DEMO_ACCOUNTS = False
    with pytest.raises(PermissionRefused):
        seed_student()
