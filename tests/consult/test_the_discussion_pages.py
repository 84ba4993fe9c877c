"""The threads of a case and of a cell on their pages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from consult.models import Comment
from consult.services import add_comment
from tests.pages import text

pytestmark = pytest.mark.django_db


def test_writing_on_the_case_page_leads_back_to_it(as_, under_review, pavel, vera):
    client = as_(pavel)
    case_page = reverse("workbench:case", args=[under_review.case.pk])
    assert 'id="discussion"' in text(client.get(case_page))
    answer = client.post(
        reverse("consult:discussion", args=[under_review.case.pk]),
        {"text": "<b>Smudge cells</b> many", "mention": [vera.pk], "back": "case"},
    )
    comment = Comment.objects.get()
    assert answer["Location"] == f"{case_page}#comment-{comment.pk}"
    body = text(client.get(case_page))
    assert "&lt;b&gt;Smudge cells" in body
    assert "Told: Vera Central" in body


def test_a_thread_of_one_cell(as_, under_review, pavel):
    cell = under_review.cells[2]
    add_comment(actor=pavel, case=under_review.case, text="About the whole case.")
    add_comment(actor=pavel, case=under_review.case, cell=cell, text="About this cell.")
    client = as_(pavel)
    address = reverse("consult:discussion", args=[under_review.case.pk])
    assert "About the whole case." in text(client.get(address))
    body = text(client.get(f"{address}?cell={cell.pk}"))
    assert "About this cell." in body
    assert "About the whole case." not in body


def test_an_empty_comment_is_asked_for_again(as_, under_review, pavel):
    answer = as_(pavel).post(reverse("consult:discussion", args=[under_review.case.pk]), {"text": " "})
    assert answer.status_code == 422
    assert "Write something first." in text(answer)
