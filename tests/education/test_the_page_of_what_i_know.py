"""What a student knows: first answers against the truth, beside a group that is never one's neighbour alone."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from education.competence import Share
from education.models import Attempt, Feedback, PredictionState, SetKind, TeachingCell, TeachingPrediction, TeachingSet
from education.selectors.readings import GROUP_FROM, group_figures, readings_of
from education.services.attempts import start_attempt, start_wrong_again
from education.services.differentials import call_cell, finish_differential
from tests.education.test_proficiency_tests import answer, monocytes_only, right
from tests.factories.specimens import model_version
from tests.factories.teaching import teaching_cell, teaching_set
from tests.people import laboratory, person

pytestmark = pytest.mark.django_db
PAGE = reverse("education:progress")


@pytest.fixture
def central():
    return laboratory("central-laboratory")


@pytest.fixture
def sami(client, central):
    sami = person("Sami", Role.STUDENT, central)
    client.force_login(sami)
    return sami


@pytest.fixture
def look_alikes():
    cells = [teaching_cell(code) for code in ("monocyte", "monocyte", "lymphocyte", "lymphocyte")]
    return teaching_set(*cells, title="Look-alikes", classes=["monocyte", "lymphocyte"])


def test_without_answers_it_says_how_to_begin(client, sami):
    assert "Nothing to count yet" in client.get(PAGE).text


def test_figures_confusions_and_where_to_practise(client, sami, look_alikes):
    answer(sami, look_alikes, monocytes_only)
    page = client.get(PAGE)
    found = {each.figures.code: each.figures for each in page.context["classes"]}
    assert found["lymphocyte"].sensitivity == Share(0, 2)
    assert found["monocyte"].specificity == Share(0, 2)
    (pair,) = page.context["mixed_up"]
    assert (pair.true.code, pair.taken_for.code, pair.practise) == ("lymphocyte", "monocyte", True)
    assert "2 of 4 right" in page.text


def test_a_pair_is_practised_with_its_two_classes_alone(client, sami, look_alikes):
    teaching_cell("eosinophil")
    answer(sami, look_alikes, monocytes_only)
    address = reverse("education:practise", args=["lymphocyte", "monocyte"])
    assert f'action="{address}"' in client.get(PAGE).text
    begun = client.post(address, follow=True)
    attempt = Attempt.objects.get(teaching_set__adaptive=True)
    assert begun.redirect_chain == [(reverse("education:attempt", args=[attempt.pk]), 302)]
    assert "<h1" in begun.text
    assert "Practice: Lymphocyte or Monocyte" in begun.text
    assert {each.teaching_class.code for each in begun.context["choices"]} == {"lymphocyte", "monocyte"}
    turned = client.post(reverse("education:practise", args=["monocyte", "lymphocyte"]))
    assert turned["Location"] == begun.redirect_chain[0][0]
    assert "Practice: Lymphocyte or Monocyte" not in client.get(reverse("education:home")).text.split('id="h-open"')[1]
    refused = client.post(reverse("education:practise", args=["monocyte", "blast"]), follow=True)
    assert "There are no cells of both classes to ask now." in refused.text


def test_agreement_with_a_model_is_shown_beside_and_is_no_truth(client, sami, look_alikes):
    model = model_version()
    answer(sami, look_alikes, monocytes_only)
    TeachingPrediction.objects.all().delete()
    for cell, label in zip(
        TeachingCell.objects.order_by("pk"), ["monocyte", "lymphocyte", "unidentified"], strict=False
    ):
        TeachingPrediction.objects.create(
            cell=cell, model_version=model, state=PredictionState.DONE, label=label, score=0.9
        )
    page = client.get(PAGE)
    assert (page.context["with_model"].agreed, page.context["with_model"].n) == (1, 2)
    assert page.context["agreement"].agreed == 2
    assert "Agreement with the model" in page.text


def test_repeating_the_wrong_ones_makes_nobody_better(sami, look_alikes):
    attempt = answer(sami, look_alikes, monocytes_only)
    again = start_wrong_again(actor=sami, attempt=attempt)
    assert again.items.count() == 2
    answer(sami, look_alikes, right)
    assert len(readings_of(sami, timezone.now())) == 4


def test_what_is_sealed_is_not_there(client, sami, look_alikes):
    look_alikes.feedback = Feedback.NONE
    look_alikes.save()
    answer(sami, look_alikes, right)
    assert "Nothing to count yet" in client.get(PAGE).text


def test_a_differential_is_told_at_its_end_whatever_its_set_says(client, sami, look_alikes):
    TeachingSet.objects.update(kind=SetKind.DIFFERENTIAL, feedback=Feedback.AT_ONCE)
    look_alikes.refresh_from_db()
    attempt = start_attempt(actor=sami, teaching_set=look_alikes)
    call_cell(actor=sami, attempt=attempt.pk, position=1, label="monocyte")
    assert readings_of(sami, timezone.now()) == []
    finish_differential(actor=sami, attempt=attempt.pk)
    assert len(readings_of(sami, timezone.now())) == 1


def test_a_question_left_open_is_no_answer(sami, look_alikes):
    start_attempt(actor=sami, teaching_set=look_alikes)
    assert readings_of(sami, timezone.now()) == []


@pytest.mark.parametrize(("people", "shown"), [(4, False), (5, True)])
def test_a_group_is_shown_from_five_people_on(client, sami, central, people, shown):
    cells = teaching_set(*(teaching_cell("monocyte") for _ in range(GROUP_FROM)))
    for number in range(people - 1):
        answer(person(f"Student {number}", Role.STUDENT, central), cells, right)
    answer(sami, cells, right)
    answer(person("Noor", Role.STUDENT, laboratory("northern-laboratory")), cells, right)
    assert (group_figures(central, timezone.now()).sensitivity != {}) is shown
    page = client.get(PAGE)
    assert (page.context["classes"][0].group is not None) is shown


def test_the_figures_of_a_group_are_kept_for_a_while(central, django_assert_num_queries):
    cells = teaching_set(*(teaching_cell("monocyte") for _ in range(GROUP_FROM)))
    for number in range(5):
        answer(person(f"Student {number}", Role.STUDENT, central), cells, right)
    counted = group_figures(central, timezone.now())
    assert counted.sensitivity["monocyte"].people == 5
    with django_assert_num_queries(0):
        assert group_figures(central, timezone.now()) == counted
