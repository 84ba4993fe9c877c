"""While somebody reads a case blind, nothing else of the case is shown to them, wherever it is asked for."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Role
from cases.models import Case, Cell
from consult.services import add_comment, answer_opinion, ask_opinion, decline_opinion
from inbox.models import Delivery
from review.services.amendments import open_amendment
from tests.consult.conftest import cells_of
from tests.factories.cases import CaseFactory
from tests.factories.reports import signed_report
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def blind(client, asked, vera):
    """Vera, who owes pavel a blinded opinion, at the browser."""
    client.force_login(vera, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def closed(under_review):
    """Addresses that would tell of the case's labels."""
    case, image, cell = under_review.case.pk, under_review.cells[0].image_id, under_review.cells[0].pk
    return [
        reverse("workbench:case", args=[case]),
        reverse("workbench:case_live", args=[case]),
        reverse("workbench:field", args=[image]),
        reverse("classifier:explanation", args=[cell]),
        reverse("review:workspace", args=[case]),
        reverse("review:state", args=[case]),
        reverse("consult:discussion", args=[case]),
        reverse("consult:ask", args=[case]),
        reverse("api:case", args=[case]),
    ]


def test_every_page_that_tells_of_labels_is_closed(blind, under_review):
    for address in closed(under_review):
        answer = blind.get(address)
        assert answer.status_code == 403, address
        assert "blind" in answer.content.decode()


def test_what_was_signed_before_an_amendment_is_closed(client, riverside, pavel, vera):
    case = CaseFactory(clinic=riverside, in_review=True)
    cells_of(case)
    report = signed_report(case, pavel)
    client.force_login(vera, backend="allauth.account.auth_backends.AuthenticationBackend")
    telling = [
        *(
            reverse(f"reports:{name}", args=[report.pk])
            for name in ("report", "report_pdf", "report_csv", "report_json")
        ),
        reverse("api:report", args=[report.pk]),
        reverse("api:report_pdf", args=[report.pk]),
        reverse("api:case_reports", args=[case.pk]),
        reverse("inbox:delivery", args=[Delivery.objects.get().pk]),
        reverse("oversight:timeline", args=[case.pk]),
    ]
    assert {client.get(address).status_code for address in telling} == {200}
    open_amendment(actor=pavel, case=case, kind="corrected", reason_code="reclassified", reason="Look again.")
    ask_opinion(actor=pavel, case=case, colleague=vera, blind=True)
    assert {client.get(address).status_code for address in telling} == {403}


def test_the_images_and_the_page_of_the_opinion_are_open(blind, asked, under_review):
    cell = under_review.cells[0]
    assert blind.get(reverse("consult:opinion", args=[asked.pk])).status_code == 200
    assert blind.get(reverse("cases:cell_crop", args=[cell.pk])).status_code == 200
    picture = blind.get(reverse("cases:image_display", args=[cell.image_id]))
    assert picture.status_code == 200
    # CaseUnderReview a file to its end closes it.
    assert b"".join(picture.streaming_content)
    assert blind.get(reverse("workbench:worklist")).status_code == 200


def test_taking_part_in_the_discussion_is_closed_as_well(blind, under_review):
    answer = blind.post(reverse("consult:discussion", args=[under_review.case.pk]), {"text": "Monocytes."})
    assert answer.status_code == 403


def test_another_opinion_on_the_same_case_is_closed_too(blind, asked, under_review, pavel, central):
    third = person("Wanda", Role.PATHOLOGIST, central)
    other = ask_opinion(actor=pavel, case=under_review.case, colleague=third, blind=False)
    assert blind.get(reverse("consult:opinion", args=[other.pk])).status_code == 403


def test_a_closed_page_leads_to_the_opinion_and_a_script_gets_a_problem(blind, asked, under_review):
    address = reverse("workbench:case", args=[under_review.case.pk])
    assert reverse("consult:opinion", args=[asked.pk]) in blind.get(address).content.decode()
    answer = blind.get(address, headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["code"] == "blind"


def test_lists_leave_out_what_belongs_to_the_closed_case(vera, asked, under_review):
    assert Cell.objects.with_model_output_for(vera).count() == 0
    assert not Case.objects.open_to(vera).filter(pk=under_review.case.pk).exists()
    assert Case.objects.visible_to(vera).filter(pk=under_review.case.pk).exists()


def test_other_cases_stay_open_while_a_blinded_opinion_is_owed(blind, riverside):
    other = CaseFactory(clinic=riverside, ready=True)
    cells_of(other)
    assert blind.get(reverse("workbench:case", args=[other.pk])).status_code == 200


def test_the_case_opens_when_the_opinion_is_given(blind, asked, label_all, vera, under_review):
    answer_opinion(actor=vera, opinion=label_all("neutrophil", "lymphocyte", "monocyte", "monocyte"))
    assert blind.get(reverse("workbench:case", args=[under_review.case.pk])).status_code == 200


def test_the_case_opens_when_the_opinion_is_declined(blind, asked, vera, under_review):
    decline_opinion(actor=vera, opinion=asked, reason="I have seen this patient's marrow.")
    assert blind.get(reverse("workbench:case", args=[under_review.case.pk])).status_code == 200


def test_the_case_stays_open_to_everybody_else(client, asked, under_review, pavel):
    add_comment(actor=pavel, case=under_review.case, text="Waiting for Vera.")
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("workbench:case", args=[under_review.case.pk])).status_code == 200
