"""The pages of second opinions and threads, as each person gets them."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from cases.models import Cell
from classifier.models import Analysis, AnalysisState, Prediction
from consult.models import Comment, OpinionLabel, OpinionState, SecondOpinion
from consult.services import add_comment, answer_opinion, ask_opinion, save_labels
from review.services.leases import claim
from tests.consult.conftest import cells_of
from tests.factories.cases import CaseFactory
from tests.factories.specimens import NOON, model_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    """`as_(user)`: the test client, signed in."""

    def sign_in(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def page(answer):
    return answer.content.decode()


def opinion_url(opinion, name="opinion"):
    return reverse(f"consult:{name}", args=[opinion.pk])


def test_asking_on_the_page(as_, reading, pavel, vera):
    client = as_(pavel)
    address = reverse("consult:ask", args=[reading.case.pk])
    assert "Vera Central" in page(client.get(address))
    data = {"colleague": vera.pk, "how": "blind", "scope": "all", "question": "Third from the left?"}
    opinion_page = client.post(address, data, follow=True)
    assert "Vera Central was asked and has been told." in page(opinion_page)
    assert SecondOpinion.objects.get().question == "Third from the left?"


def test_an_incomplete_question_says_what_is_missing(as_, reading, pavel, vera):
    answer = as_(pavel).post(reverse("consult:ask", args=[reading.case.pk]), {"how": "blind", "scope": "all"})
    assert answer.status_code == 422
    assert "Choose whom to ask." in page(answer)
    assert not SecondOpinion.objects.exists()


def test_somebody_who_does_not_read_the_case_is_told_to_claim_it(as_, reading, vera):
    answer = as_(vera).get(reverse("consult:ask", args=[reading.case.pk]))
    assert answer.status_code == 409
    assert "Claim the case first" in page(answer)


def test_the_blind_page_holds_no_label_of_anybody_else(as_, asked, reading, vera):
    Cell.objects.filter(pk=reading.cells[0].pk).update(label="basophil")
    body = page(as_(vera).get(opinion_url(asked)))
    assert "Are these monocytes?" in body
    assert "data-present" not in body
    assert "Called now" not in body
    for cell in reading.cells:
        assert str(cell.pk) in body
        assert f"{cell.score}" not in body
    # The class is a button of the palette, and nothing else.
    assert body.count('value="basophil"') == 1
    assert "cell-basophil" in body
    assert body.count("cell-basophil") == 1


def test_the_open_page_shows_what_the_cells_are_called(as_, reading, pavel, vera):
    opinion = ask_opinion(actor=pavel, case=reading.case, colleague=vera, blind=False)
    body = page(as_(vera).get(opinion_url(opinion)))
    assert body.count('data-present="lymphocyte"') == 1
    assert "by the first reader" in body


def test_an_open_page_of_a_laboratory_that_reads_blind_hides_the_machine(as_, reading, pavel, vera, central):
    central.blind_review = True
    central.save()
    opinion = ask_opinion(actor=pavel, case=reading.case, colleague=vera, blind=False)
    Cell.objects.filter(pk=reading.cells[3].pk).update(label="basophil")
    body = page(as_(vera).get(opinion_url(opinion)))
    assert 'data-present="lymphocyte"' in body
    assert 'data-present="basophil"' not in body


def test_labels_are_saved_one_by_one_without_scripts(as_, asked, reading, vera):
    answer = as_(vera).post(opinion_url(asked, "labels"), {"cell": reading.cells[0].pk, "code": "neutrophil"})
    assert answer.status_code == 302
    assert f"cell={reading.cells[1].pk}" in answer["Location"]
    assert OpinionLabel.objects.get().label == "neutrophil"


def test_labels_are_saved_by_the_script_and_may_be_repeated(as_, asked, reading, vera):
    client = as_(vera)
    body = json.dumps({"labels": [{"cell": str(cell.pk), "code": "monocyte"} for cell in reading.cells]})
    for _ in range(2):
        answer = client.post(opinion_url(asked, "labels"), body, content_type="application/json")
        assert answer.json() == {"done": 4, "total": 4}
    assert OpinionLabel.objects.count() == 4


@pytest.mark.parametrize("body", ["", "[]", '{"labels": [{"cell": "x"}]}', '{"labels": 3}', '{"labels": [4]}'])
def test_a_body_that_is_none_is_refused(as_, asked, vera, body):
    answer = as_(vera).post(opinion_url(asked, "labels"), body, content_type="application/json")
    assert answer.status_code == 404


def test_the_first_reader_sees_how_far_it_is_and_no_label(as_, label_all, reading, pavel):
    opinion = label_all("basophil", "basophil", "basophil", "basophil")
    body = page(as_(pavel).get(opinion_url(opinion)))
    assert "4 of 4 cells labelled so far" in body
    assert "basophil" not in body.lower()


def test_an_incomplete_answer_comes_back_with_the_words(as_, asked, vera):
    answer = as_(vera).post(opinion_url(asked, "answer"), {"words": "I would rather see the slide."})
    assert answer.status_code == 422
    assert "4 cells have no label yet." in page(answer)
    assert "I would rather see the slide." in page(answer)


def test_the_whole_way_to_the_last_difference(as_, label_all, vera, pavel, reading):
    opinion = label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte")
    as_(vera).post(opinion_url(opinion, "answer"), {"words": "One band."})
    client = as_(pavel)
    body = page(client.get(opinion_url(opinion)))
    assert "One band." in body
    assert "Settle what is chosen" in body
    rows = {row.position: row for row in opinion.comparisons.select_related("cell")}
    data = {}
    for position, choice in ((3, "second"), (4, "other")):
        row = rows[position]
        data |= {f"choice-{row.pk}": choice, f"revision-{row.pk}": row.cell.revision, f"other-{row.pk}": "basophil"}
    answer = client.post(opinion_url(opinion, "settle"), {**data, "reason": "Seen again."}, follow=True)
    assert "2 differences settled." in page(answer)
    assert "Seen again." in page(answer)
    opinion.refresh_from_db()
    assert opinion.state == OpinionState.ADJUDICATED
    assert Cell.objects.get(pk=reading.cells[3].pk).label == "basophil"


def test_a_stale_choice_is_refused_and_the_list_shown_anew(as_, label_all, vera, pavel, reading):
    opinion = answer_opinion(actor=vera, opinion=label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte"))
    row = opinion.comparisons.get(position=3)
    Cell.objects.filter(pk=row.cell_id).update(revision=7)
    answer = as_(pavel).post(opinion_url(opinion, "settle"), {f"choice-{row.pk}": "second", f"revision-{row.pk}": "0"})
    assert answer.status_code == 409
    assert f'name="revision-{row.pk}" value="7"' in page(answer)


def test_the_machines_label_stays_hidden_where_the_laboratory_reads_blind(
    as_, label_all, vera, pavel, reading, central
):
    central.blind_review = True
    central.save()
    Cell.objects.filter(pk=reading.cells[3].pk).update(label="basophil")
    opinion = answer_opinion(actor=vera, opinion=label_all("neutrophil", "lymphocyte", "monocyte", "monocyte"))
    body = page(as_(pavel).get(opinion_url(opinion)))
    assert "Not named by the first reader yet" in body
    assert "cell-basophil" not in body


@pytest.mark.parametrize(("reads_blind", "shown"), [(False, {"98.7", "61.5"}), (True, {"98.7"})])
def test_the_machine_is_a_third_voice_once_a_person_has_read_the_cell(
    as_, label_all, vera, pavel, reading, central, reads_blind, shown
):
    central.blind_review = reads_blind
    central.save()
    version = model_version()
    analysis = Analysis.objects.create(
        image=reading.cells[0].image,
        model_version=version,
        state=AnalysisState.DONE,
        queued_at=NOON,
        started_at=NOON,
        finished_at=NOON,
        quality={},
    )
    for cell, score in ((reading.cells[2], 0.987), (reading.cells[3], 0.615)):
        Prediction.objects.create(
            analysis=analysis,
            cell=cell,
            model_version=version,
            label="monocyte",
            score=score,
            probabilities={},
            identified=True,
        )
    opinion = answer_opinion(actor=vera, opinion=label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte"))
    body = page(as_(pavel).get(opinion_url(opinion)))
    assert {score for score in ("98.7", "61.5") if f"{score} %" in body} == shown


def test_the_list_tells_a_pathologist_what_is_owed(as_, asked, reading, vera, pavel, olga, amina):
    address = reverse("consult:opinions")
    assert reading.case.accession_number in page(as_(vera).get(address))
    assert reading.case.accession_number in page(as_(pavel).get(address))
    assert reading.case.accession_number in page(as_(olga).get(address))
    assert as_(amina).get(address).status_code == 403


def test_hundreds_of_differences_are_settled_some_at_a_time(as_, riverside, pavel, vera, monkeypatch):
    monkeypatch.setattr("consult.presenting.ASKED_AT_ONCE", 3)
    case = CaseFactory(clinic=riverside, ready=True)
    cells = cells_of(case, ["neutrophil"] * 5)
    Cell.objects.filter(image__case=case).update(label_source="human")
    claim(actor=pavel, case=case)
    opinion = ask_opinion(actor=pavel, case=case, colleague=vera, blind=True)
    save_labels(actor=vera, opinion=opinion, labels=[(cell.pk, "monocyte") for cell in cells])
    answer_opinion(actor=vera, opinion=opinion)
    client = as_(pavel)
    for asked in (3, 2):
        body = page(client.get(opinion_url(opinion)))
        numbers = re.findall(r'name="choice-(\d+)" value="second"', body)
        assert len(numbers) == asked
        choices = {f"choice-{number}": "second" for number in numbers}
        client.post(opinion_url(opinion, "settle"), {**choices, **{f"revision-{number}": 0 for number in numbers}})
    opinion.refresh_from_db()
    assert opinion.state == OpinionState.ADJUDICATED


def test_the_place_of_review_says_what_waits(as_, label_all, vera, pavel, amina):
    address = reverse("cases:review")
    opinion = label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte")
    assert "1 second opinion</strong> waits for you" in page(as_(vera).get(address))
    assert "second opinion</strong>" not in page(as_(pavel).get(address))
    answer_opinion(actor=vera, opinion=opinion)
    assert "waits for you" not in page(as_(vera).get(address))
    assert "1 answer</strong> to yours is to be settled" in page(as_(pavel).get(address))
    assert "second opinion</strong>" not in page(as_(amina).get(address))


def test_reading_an_opinion_is_in_the_trail(as_, asked, reading, vera):
    as_(vera).get(opinion_url(asked))
    event = AuditEvent.objects.filter(object_id=str(asked.pk), action="view").get()
    assert (event.actor_id, event.patient_id) == (vera.pk, reading.case.patient_id)
    assert event.after["part"] == "reading"


def test_writing_on_the_case_page_leads_back_to_it(as_, reading, pavel, vera):
    client = as_(pavel)
    case_page = reverse("cases:detail", args=[reading.case.pk])
    assert 'id="discussion"' in page(client.get(case_page))
    answer = client.post(
        reverse("consult:discussion", args=[reading.case.pk]),
        {"text": "<b>Smudge cells</b> many", "mention": [vera.pk], "back": "case"},
    )
    comment = Comment.objects.get()
    assert answer["Location"] == f"{case_page}#comment-{comment.pk}"
    body = page(client.get(case_page))
    assert "&lt;b&gt;Smudge cells" in body
    assert "Told: Vera Central" in body


def test_the_clinic_finds_no_word_of_it(as_, asked, reading, pavel, amina):
    add_comment(actor=pavel, case=reading.case, text="Between us only.")
    client = as_(amina)
    body = page(client.get(reverse("cases:detail", args=[reading.case.pk])))
    assert "Between us only." not in body
    assert "Vera" not in body
    assert client.get(reverse("consult:discussion", args=[reading.case.pk])).status_code == 403
    assert client.get(opinion_url(asked)).status_code == 404


def test_a_thread_of_one_cell(as_, reading, pavel):
    cell = reading.cells[2]
    add_comment(actor=pavel, case=reading.case, text="About the whole case.")
    add_comment(actor=pavel, case=reading.case, cell=cell, text="About this cell.")
    client = as_(pavel)
    address = reverse("consult:discussion", args=[reading.case.pk])
    assert "About the whole case." in page(client.get(address))
    body = page(client.get(f"{address}?cell={cell.pk}"))
    assert "About this cell." in body
    assert "About the whole case." not in body


def test_an_empty_comment_is_asked_for_again(as_, reading, pavel):
    answer = as_(pavel).post(reverse("consult:discussion", args=[reading.case.pk]), {"text": " "})
    assert answer.status_code == 422
    assert "Write something first." in page(answer)


def test_pages_do_not_ask_more_of_the_database_for_more_cells(
    as_, label_all, reading, vera, pavel, django_assert_max_num_queries
):
    opinion = answer_opinion(actor=vera, opinion=label_all("monocyte", "monocyte", "neutrophil", "basophil"))
    client = as_(pavel)
    client.get(opinion_url(opinion))
    with django_assert_max_num_queries(35):
        client.get(opinion_url(opinion))
