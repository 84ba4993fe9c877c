"""While somebody reads a case blind, nothing else of the case is shown to them, wherever it is asked for."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Role
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
    """Vera, who owes pavel a blind reading, at the browser."""
    client.force_login(vera, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def closed(reading):
    """Addresses that would tell of the case's labels."""
    case, image, cell = reading.case.pk, reading.cells[0].image_id, reading.cells[0].pk
    return [
        reverse("cases:detail", args=[case]),
        reverse("cases:live", args=[case]),
        reverse("cases:field", args=[image]),
        reverse("classifier:explanation", args=[cell]),
        reverse("review:workspace", args=[case]),
        reverse("review:state", args=[case]),
        reverse("consult:discussion", args=[case]),
        reverse("consult:ask", args=[case]),
        reverse("api:case", args=[case]),
        reverse("api:predictions"),
    ]


def test_every_page_that_tells_is_closed(blind, reading):
    for address in closed(reading):
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


def test_the_pictures_and_the_reading_itself_are_open(blind, asked, reading):
    cell = reading.cells[0]
    assert blind.get(reverse("consult:opinion", args=[asked.pk])).status_code == 200
    assert blind.get(reverse("cases:cell_crop", args=[cell.pk])).status_code == 200
    picture = blind.get(reverse("cases:image_display", args=[cell.image_id]))
    assert picture.status_code == 200
    # Reading a file to its end closes it.
    assert b"".join(picture.streaming_content)
    assert blind.get(reverse("cases:worklist")).status_code == 200


def test_writing_is_closed_as_reading_is(blind, reading):
    answer = blind.post(reverse("consult:discussion", args=[reading.case.pk]), {"text": "Monocytes."})
    assert answer.status_code == 403


def test_another_opinion_on_the_case_is_closed_too(blind, asked, reading, pavel, central):
    third = person("Wanda", Role.PATHOLOGIST, central)
    other = ask_opinion(actor=pavel, case=reading.case, colleague=third, blind=False)
    assert blind.get(reverse("consult:opinion", args=[other.pk])).status_code == 403


def test_other_cases_stay_open(blind, riverside):
    other = CaseFactory(clinic=riverside, ready=True)
    cells_of(other)
    assert blind.get(reverse("cases:detail", args=[other.pk])).status_code == 200


def test_the_wall_falls_with_the_answer(blind, asked, label_all, vera, reading):
    answer_opinion(actor=vera, opinion=label_all("neutrophil", "lymphocyte", "monocyte", "monocyte"))
    assert blind.get(reverse("cases:detail", args=[reading.case.pk])).status_code == 200


def test_and_with_declining(blind, asked, vera, reading):
    decline_opinion(actor=vera, opinion=asked, reason="I have seen this patient's marrow.")
    assert blind.get(reverse("cases:detail", args=[reading.case.pk])).status_code == 200


def test_nobody_else_is_kept_out(client, asked, reading, pavel):
    add_comment(actor=pavel, case=reading.case, text="Waiting for Vera.")
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("cases:detail", args=[reading.case.pk])).status_code == 200
