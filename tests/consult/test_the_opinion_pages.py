"""The pages of second opinions, as each person gets them."""

from __future__ import annotations

import json
import re

import pytest
from django.db import transaction
from django.urls import reverse

from audit.models import AuditEvent
from cases.models import Cell
from classifier.models import Analysis, AnalysisState, Prediction
from consult.models import OpinionLabel, OpinionState, SecondOpinion
from consult.services import add_comment, answer_opinion, ask_opinion, save_labels
from review.services.leases import claim
from tests.consult.conftest import cells_of
from tests.factories.cases import CaseFactory
from tests.factories.specimens import NOON, model_version
from tests.pages import text

pytestmark = pytest.mark.django_db


def opinion_url(opinion, name="opinion"):
    return reverse(f"consult:{name}", args=[opinion.pk])


def test_asking_on_the_page(as_, under_review, pavel, vera):
    client = as_(pavel)
    address = reverse("consult:ask", args=[under_review.case.pk])
    assert "Vera Central" in text(client.get(address))
    data = {"colleague": vera.pk, "how": "blind", "scope": "all", "question": "Third from the left?"}
    opinion_page = client.post(address, data, follow=True)
    assert "Vera Central was asked and has been told." in text(opinion_page)
    assert SecondOpinion.objects.get().question == "Third from the left?"


def test_an_incomplete_question_says_what_is_missing(as_, under_review, pavel, vera):
    answer = as_(pavel).post(reverse("consult:ask", args=[under_review.case.pk]), {"how": "blind", "scope": "all"})
    assert answer.status_code == 422
    assert "Choose whom to ask." in text(answer)
    assert not SecondOpinion.objects.exists()


def test_somebody_who_does_not_read_the_case_is_told_to_claim_it(as_, under_review, vera):
    answer = as_(vera).get(reverse("consult:ask", args=[under_review.case.pk]))
    assert answer.status_code == 409
    assert "Claim the case first" in text(answer)


def test_the_blind_page_holds_no_label_of_anybody_else(as_, asked, under_review, vera):
    Cell.objects.filter(pk=under_review.cells[0].pk).update(label="basophil")
    body = text(as_(vera).get(opinion_url(asked)))
    assert "Are these monocytes?" in body
    assert "data-present" not in body
    assert "Called now" not in body
    for cell in under_review.cells:
        assert str(cell.pk) in body
        assert f"{cell.score}" not in body
    # The class is a button of the palette, and nothing else.
    assert body.count('value="basophil"') == 1
    assert "cell-basophil" in body
    assert body.count("cell-basophil") == 1


def test_the_open_page_shows_what_the_cells_are_called(as_, under_review, pavel, vera):
    opinion = ask_opinion(actor=pavel, case=under_review.case, colleague=vera, blind=False)
    body = text(as_(vera).get(opinion_url(opinion)))
    assert body.count('data-present="lymphocyte"') == 1
    assert "by the first reviewer" in body


def test_an_open_page_of_a_laboratory_that_reviews_blinded_hides_the_model(as_, under_review, pavel, vera, central):
    central.blind_review = True
    central.save()
    opinion = ask_opinion(actor=pavel, case=under_review.case, colleague=vera, blind=False)
    Cell.objects.filter(pk=under_review.cells[3].pk).update(label="basophil")
    body = text(as_(vera).get(opinion_url(opinion)))
    assert 'data-present="lymphocyte"' in body
    assert 'data-present="basophil"' not in body


def test_labels_are_saved_one_by_one_without_scripts(as_, asked, under_review, vera):
    answer = as_(vera).post(opinion_url(asked, "labels"), {"cell": under_review.cells[0].pk, "code": "neutrophil"})
    assert answer.status_code == 302
    assert f"cell={under_review.cells[1].pk}" in answer["Location"]
    assert OpinionLabel.objects.get().label == "neutrophil"


def test_labels_are_saved_by_the_script_and_may_be_repeated(as_, asked, under_review, vera):
    client = as_(vera)
    body = json.dumps({"labels": [{"cell": str(cell.pk), "code": "monocyte"} for cell in under_review.cells]})
    for _ in range(2):
        answer = client.post(opinion_url(asked, "labels"), body, content_type="application/json")
        assert answer.json() == {"done": 4, "total": 4}
    assert OpinionLabel.objects.count() == 4


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{}", "labels has to be a list of objects."),
        ("no json", "The request is no JSON."),
        ("[]", "The request is no JSON object."),
        pytest.param("[" * 100_000, "The JSON is nested too deeply.", id="nested"),
        ('{"labels": 3}', "labels has to be a list of objects."),
        ('{"labels": [4]}', "labels has to be a list of objects."),
        ('{"labels": [{"cell": "x", "code": ""}]}', "labels.cell has to be a UUID."),
        ('{"labels": [{"cell": "00000000-0000-4000-8000-000000000000"}]}', "labels.code has to be a text."),
        ('{"labels": [], "opinion": "other"}', "opinion is unknown here."),
    ],
)
def test_labels_that_cannot_be_understood_are_refused_in_a_sentence(as_, asked, vera, body, sentence):
    answer = as_(vera).post(opinion_url(asked, "labels"), body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (422, {"code": "bad_json", "sentence": sentence})
    assert not OpinionLabel.objects.exists()


def test_the_first_reviewer_sees_how_far_it_is_and_no_label(as_, label_all, under_review, pavel):
    opinion = label_all("basophil", "basophil", "basophil", "basophil")
    body = text(as_(pavel).get(opinion_url(opinion)))
    assert "4 of 4 cells labelled so far" in body
    assert "basophil" not in body.lower()


def test_an_incomplete_answer_comes_back_with_the_words(as_, asked, vera):
    answer = as_(vera).post(opinion_url(asked, "answer"), {"words": "I would rather see the slide."})
    assert answer.status_code == 422
    assert "4 cells have no label yet." in text(answer)
    assert "I would rather see the slide." in text(answer)


def test_the_whole_way_to_the_last_difference(as_, label_all, vera, pavel, under_review):
    opinion = label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte")
    as_(vera).post(opinion_url(opinion, "answer"), {"words": "One band."})
    client = as_(pavel)
    body = text(client.get(opinion_url(opinion)))
    assert "One band." in body
    assert "Adjudicate what is chosen" in body
    rows = {row.position: row for row in opinion.comparisons.select_related("cell")}
    data = {}
    for position, choice in ((3, "second"), (4, "other")):
        row = rows[position]
        data |= {f"choice-{row.pk}": choice, f"revision-{row.pk}": row.cell.revision, f"other-{row.pk}": "basophil"}
    answer = client.post(opinion_url(opinion, "adjudicate"), {**data, "reason": "Seen again."}, follow=True)
    assert "2 differences adjudicated." in text(answer)
    assert "Seen again." in text(answer)
    opinion.refresh_from_db()
    assert opinion.state == OpinionState.ADJUDICATED
    assert Cell.objects.get(pk=under_review.cells[3].pk).label == "basophil"


def test_a_stale_choice_is_refused_and_the_list_shown_anew(as_, label_all, vera, pavel, under_review):
    opinion = answer_opinion(actor=vera, opinion=label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte"))
    row = opinion.comparisons.get(position=3)
    Cell.objects.filter(pk=row.cell_id).update(revision=7)
    answer = as_(pavel).post(
        opinion_url(opinion, "adjudicate"), {f"choice-{row.pk}": "second", f"revision-{row.pk}": "0"}
    )
    assert answer.status_code == 409
    assert f'name="revision-{row.pk}" value="7"' in text(answer)


def test_the_models_label_stays_hidden_where_the_laboratory_reviews_blinded(
    as_, label_all, vera, pavel, under_review, central
):
    central.blind_review = True
    central.save()
    Cell.objects.filter(pk=under_review.cells[3].pk).update(label="basophil")
    opinion = answer_opinion(actor=vera, opinion=label_all("neutrophil", "lymphocyte", "monocyte", "monocyte"))
    body = text(as_(pavel).get(opinion_url(opinion)))
    assert "Not named by the first reviewer yet" in body
    assert "cell-basophil" not in body


def answered_page_of(opinion, under_review, as_, who, *, model_says):
    """What `who` is shown of an answered opinion, without ids and what is new at every request."""
    with transaction.atomic():
        Cell.objects.filter(pk=under_review.cells[3].pk).update(label=model_says)
        answered = answer_opinion(actor=opinion.colleague, opinion=opinion)
        body = text(as_(who).get(opinion_url(answered)))
        transaction.set_rollback(True)
    opinion.refresh_from_db()
    # PostgreSQL does not give a number back that a rolled-back row had: rows are numbered anew.
    ids = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=choice-)\d+|(?<=revision-)\d+|(?<=other-)\d+"
    times = r"\d{4}-\d\d-\d\dT[\d:.+]+|\d\d:\d\d"
    return re.sub(rf"{ids}|{times}|(?<=value=\")\w{{64}}", "", body)


@pytest.mark.parametrize("name", ["vera", "pavel"])
def test_whether_the_colleague_and_the_model_agree_is_hidden_where_the_laboratory_reviews_blinded(
    as_, label_all, vera, pavel, under_review, central, name
):
    central.blind_review = True
    central.save()
    opinion, who = label_all("neutrophil", "lymphocyte", "monocyte", "monocyte"), {"vera": vera, "pavel": pavel}[name]
    agreeing = answered_page_of(opinion, under_review, as_, who, model_says="monocyte")
    assert agreeing == answered_page_of(opinion, under_review, as_, who, model_says="basophil")
    assert "1 of 4 compared" in agreeing


@pytest.mark.parametrize(("reviews_blinded", "shown"), [(False, {"98.7", "61.5"}), (True, {"98.7"})])
def test_the_model_is_a_third_voice_once_a_person_has_reviewed_the_cell(
    as_, label_all, vera, pavel, under_review, central, reviews_blinded, shown
):
    central.blind_review = reviews_blinded
    central.save()
    version = model_version()
    analysis = Analysis.objects.create(
        image=under_review.cells[0].image,
        model_version=version,
        state=AnalysisState.DONE,
        queued_at=NOON,
        started_at=NOON,
        finished_at=NOON,
        quality={},
    )
    for cell, score in ((under_review.cells[2], 0.987), (under_review.cells[3], 0.615)):
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
    body = text(as_(pavel).get(opinion_url(opinion)))
    assert {score for score in ("98.7", "61.5") if f"{score} %" in body} == shown


def test_the_list_tells_a_pathologist_what_is_owed(as_, asked, under_review, vera, pavel, olga, amina):
    address = reverse("consult:opinions")
    assert under_review.case.accession_number in text(as_(vera).get(address))
    assert under_review.case.accession_number in text(as_(pavel).get(address))
    assert under_review.case.accession_number in text(as_(olga).get(address))
    assert as_(amina).get(address).status_code == 403


def test_opinions_asked_at_one_moment_keep_their_places(as_, riverside, pavel, vera):
    for _ in range(5):
        case = CaseFactory(clinic=riverside, ready=True)
        SecondOpinion.objects.create(case=case, asked_by=pavel, colleague=vera, scope="all", asked_at=NOON, blind=True)
    listed = re.findall(r'href="/opinions/([0-9a-f-]{36})/"', text(as_(vera).get(reverse("consult:opinions"))))
    assert listed == [str(pk) for pk in sorted(SecondOpinion.objects.values_list("pk", flat=True))]


def test_hundreds_of_differences_are_adjudicated_some_at_a_time(as_, riverside, pavel, vera, monkeypatch):
    monkeypatch.setattr("consult.presenters.ASKED_AT_ONCE", 3)
    case = CaseFactory(clinic=riverside, ready=True)
    cells = cells_of(case, ["neutrophil"] * 5)
    Cell.objects.filter(image__case=case).update(label_source="human")
    claim(actor=pavel, case=case)
    opinion = ask_opinion(actor=pavel, case=case, colleague=vera, blind=True)
    save_labels(actor=vera, opinion=opinion, labels=[(cell.pk, "monocyte") for cell in cells])
    answer_opinion(actor=vera, opinion=opinion)
    client = as_(pavel)
    for asked in (3, 2):
        body = text(client.get(opinion_url(opinion)))
        numbers = re.findall(r'name="choice-(\d+)" value="second"', body)
        assert len(numbers) == asked
        choices = {f"choice-{number}": "second" for number in numbers}
        client.post(opinion_url(opinion, "adjudicate"), {**choices, **{f"revision-{number}": 0 for number in numbers}})
    opinion.refresh_from_db()
    assert opinion.state == OpinionState.ADJUDICATED


def test_the_place_of_review_says_what_waits(as_, label_all, vera, pavel, amina):
    address = reverse("workbench:review")
    opinion = label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte")
    assert "1 second opinion</strong> waits for you" in text(as_(vera).get(address))
    assert "second opinion</strong>" not in text(as_(pavel).get(address))
    answer_opinion(actor=vera, opinion=opinion)
    assert "waits for you" not in text(as_(vera).get(address))
    assert "1 answer</strong> to yours is to be adjudicated" in text(as_(pavel).get(address))
    assert "second opinion</strong>" not in text(as_(amina).get(address))


def test_viewing_an_opinion_is_in_the_audit_trail(as_, asked, under_review, vera):
    as_(vera).get(opinion_url(asked))
    event = AuditEvent.objects.filter(object_id=str(asked.pk), action="view").get()
    assert (event.actor_id, event.patient_id) == (vera.pk, under_review.case.patient_id)
    assert event.after["part"] == "reading"


def test_the_clinic_finds_no_word_of_it(as_, asked, under_review, pavel, amina):
    add_comment(actor=pavel, case=under_review.case, text="Between us only.")
    client = as_(amina)
    body = text(client.get(reverse("workbench:case", args=[under_review.case.pk])))
    assert "Between us only." not in body
    assert "Vera" not in body
    assert client.get(reverse("consult:discussion", args=[under_review.case.pk])).status_code == 403
    assert client.get(opinion_url(asked)).status_code == 404


def test_pages_do_not_ask_more_of_the_database_for_more_cells(
    as_, label_all, under_review, vera, pavel, django_assert_max_num_queries
):
    opinion = answer_opinion(actor=vera, opinion=label_all("monocyte", "monocyte", "neutrophil", "basophil"))
    client = as_(pavel)
    client.get(opinion_url(opinion))
    with django_assert_max_num_queries(35):
        client.get(opinion_url(opinion))
