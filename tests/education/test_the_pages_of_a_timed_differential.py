"""A timed differential page by page without scripts, and the answers that its script gets."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from cases.differential import clopper_pearson
from education.models import Assignment, AssignmentKind, Attempt, Feedback, SetKind
from education.views.bodies import MOST_ENTRIES
from hematovision.templatetags.ui import percent_number
from tests.factories.teaching import teaching_cell, teaching_set
from tests.people import laboratory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def sami(client):
    sami = person("Sami", Role.STUDENT, laboratory("central-laboratory"))
    client.force_login(sami)
    return sami


@pytest.fixture
def differential():
    cells = [teaching_cell(code) for code in ("monocyte", "monocyte", "lymphocyte", "erythroblast")]
    return teaching_set(*cells, kind=SetKind.DIFFERENTIAL, feedback=Feedback.AT_END, title="Four cells")


@pytest.fixture
def begun(client, sami, differential):
    page = client.post(reverse("education:start", args=[differential.pk]), follow=True)
    attempt = Attempt.objects.get()
    assert page.redirect_chain[-1] == (reverse("education:differential", args=[attempt.pk]), 302)
    return attempt


def page_of(attempt):
    return reverse("education:differential", args=[attempt.pk])


def truths(attempt):
    return list(attempt.items.order_by("position").values_list("position", "cell__cell_class"))


def send(client, attempt, entries):
    body = json.dumps({"entries": entries})
    return client.post(f"{page_of(attempt)}answers/", body, content_type="application/json")


def test_its_page_leads_to_no_cell_of_the_atlas(client, begun):
    page = client.get(page_of(begun))
    pictures = [each["picture"] for each in page.context["page_data"]["cells"]]
    assert [client.get(address).status_code for address in pictures] == [200] * 4
    assert not [pk for pk in begun.items.values_list("cell", flat=True) if str(pk) in page.text]


def test_without_scripts_it_is_called_taken_back_and_finished(client, begun):
    for position, truth in truths(begun):
        client.post(page_of(begun), {"position": position, "label": truth})
    client.post(page_of(begun), {"undo": "1"})
    position, truth = truths(begun)[-1]
    last = client.post(page_of(begun), {"position": position, "label": truth}, follow=True)
    assert "Every cell is called." in last.text
    result = client.post(page_of(begun), {"finish": "1"}, follow=True)
    assert "Passed" in result.text
    interval = clopper_pearson(2, 3)
    assert f"{percent_number(interval.low)} \N{EN DASH} {percent_number(interval.high)} %" in result.text


def test_the_result_leads_to_the_pages_of_the_wrong_ones_and_back_to_the_set(client, begun, differential):
    for position, _truth in truths(begun):
        client.post(page_of(begun), {"position": position, "label": "basophil"})
    result = client.post(page_of(begun), {"finish": "1"}, follow=True).text
    links = [f'href="{reverse("education:cell", args=[item.cell_id])}"' for item in begun.items.all()]
    assert [link in result for link in links] == [True] * 4
    assert f'class="button" href="{reverse("education:set", args=[differential.pk])}"' in result


def test_the_page_says_nothing_of_the_truth(client, sami):
    cells = [teaching_cell("monocyte") for _ in range(3)]
    one = teaching_set(*cells, kind=SetKind.DIFFERENTIAL, classes=["lymphocyte", "monocyte"], feedback=Feedback.AT_END)
    page = client.post(reverse("education:start", args=[one.pk]), follow=True)
    assert page.text.count("monocyte") == page.text.count("lymphocyte")


def test_a_reload_goes_on_where_it_was(client, begun):
    (first, truth), *_ = truths(begun)
    assert send(client, begun, [{"position": first, "turn": 0, "code": truth, "ms": 5}]).json() == {"saved": 1}
    page = client.get(page_of(begun))
    assert [cell["label"] for cell in page.context["page_data"]["cells"]] == [truth, "", "", ""]


def test_a_refusal_is_told_in_words(client, begun):
    answer = send(client, begun, [{"position": 3, "turn": 0, "code": "monocyte", "ms": 5}])
    assert (answer.status_code, answer.json()["code"]) == (409, "out_of_step")
    assert client.post(page_of(begun), {"undo": "1"}).status_code == 409
    assert client.post(page_of(begun), {"position": "x", "label": "monocyte"}).status_code == 404


@pytest.mark.parametrize("entries", [[], {}, [{"position": 1}], "monocyte"])
def test_a_body_that_is_none(client, begun, entries):
    assert send(client, begun, entries).status_code == 422


def test_a_body_has_at_most_so_many_entries(client, begun):
    (position, truth), *_ = truths(begun)
    entry = {"position": position, "turn": 0, "code": truth, "ms": 5}
    assert send(client, begun, [entry] * MOST_ENTRIES).json() == {"saved": 1}
    refused = send(client, begun, [entry] * (MOST_ENTRIES + 1))
    assert (refused.status_code, "at most 500" in refused.json()["sentence"]) == (422, True)


def test_the_pages_of_a_quiz_are_not_its_pages(client, begun):
    question = reverse("education:question", args=[begun.pk, 1])
    assert client.get(question).status_code == 404
    assert client.post(question, {"label": "monocyte"}).status_code == 404
    client.post(page_of(begun), {"finish": "1"})
    assert client.get(reverse("education:result", args=[begun.pk])).url.endswith(f"{begun.pk}/result/")
    assert client.post(reverse("education:wrong_again", args=[begun.pk])).status_code == 404


def test_a_proficiency_test_stays_sealed_until_it_closes(client, sami, differential):
    given = Assignment.objects.create(
        teaching_set=differential,
        kind=AssignmentKind.PROFICIENCY,
        person=sami,
        given_by=person("Pavel", Role.PATHOLOGIST, sami.laboratory),
        due_at=timezone.now() + timedelta(days=1),
    )
    client.post(reverse("education:start", args=[differential.pk]))
    attempt = Attempt.objects.get()
    sealed = client.post(page_of(attempt), {"finish": "1"}, follow=True)
    assert "Your answers are kept." in sealed.text
    assert "data-result" not in sealed.text
    assert client.post(reverse("education:start", args=[differential.pk])).status_code == 409
    Assignment.objects.filter(pk=given.pk).update(due_at=timezone.now())
    assert "data-result" in client.get(reverse("education:differential_result", args=[attempt.pk])).text
