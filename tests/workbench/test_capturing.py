"""The page that photographs a draft: who gets it, what it may ask of the browser, and what it says of cells."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from cases.models import Case
from cases.services.cases import submit_case
from cases.services.draft_fields import take_out_image
from cases.states import CaseState
from classifier.inference.picture_limits import FOCUS
from classifier.models import Analysis
from tests.factories.analysed_cases import analysed_case

pytestmark = pytest.mark.django_db

UM_PER_PX = 0.1
WHITE_CELL_PX, PLATELET_PX = 5000, 400


@pytest.fixture
def draft(riverside, amina):
    """A draft of three cells, one of them as small as a platelet."""
    case = analysed_case(riverside, ["neutrophil", "unidentified", "neutrophil"], created_by=amina)
    Case.objects.filter(pk=case.pk).update(state=CaseState.DRAFT)
    case.refresh_from_db()
    Analysis.objects.filter(image__case=case).update(um_per_px=UM_PER_PX, scale_source="red cells")
    cells = list(case.images.get().cells.order_by("ordinal"))
    for cell, area in zip(cells, (WHITE_CELL_PX, WHITE_CELL_PX, PLATELET_PX), strict=True):
        cell.area_px = area
        cell.save(update_fields=["area_px"])
    return case


def page_of(case):
    return reverse("workbench:capture", args=[case.pk])


def strip_of(case):
    return reverse("workbench:taken_fields", args=[case.pk])


def test_the_page_may_ask_for_the_camera_and_the_case_leads_to_it(client, amina, draft):
    client.force_login(amina)
    assert "camera=(self)" in client.get(page_of(draft)).headers["Permissions-Policy"]
    assert "camera=()" in client.get("/inbox/").headers["Permissions-Policy"]
    assert page_of(draft) in client.get(f"/cases/{draft.pk}/").content.decode()


def test_the_limits_are_those_of_the_worker(client, amina, draft):
    client.force_login(amina)
    found = re.search(
        r'id="coach-settings" type="application/json">(.*?)</script>', client.get(page_of(draft)).content.decode()
    )
    focus = json.loads(found.group(1))["limits"]["focus"]
    assert (focus["sharp_um"], focus["soft_um"]) == (FOCUS.sharp_um, FOCUS.soft_um)
    assert focus["sentences"] == FOCUS.sentences


def test_the_strip_counts_white_cells_and_names_none(client, amina, draft):
    client.force_login(amina)
    text = client.get(strip_of(draft)).content.decode()
    assert "1 field, 2 white cells found, 98 to go" in text
    assert "eutrophil" not in text
    assert "nidentified" not in text


def test_nothing_is_sent_again_that_the_page_shows(client, amina, draft):
    client.force_login(amina)
    seen = re.search(r'data-seen="(\w+)"', client.get(strip_of(draft)).content.decode()).group(1)
    answer = client.get(strip_of(draft), {"seen": seen})
    assert (answer.status_code, answer.content) == (204, b"")


def test_what_the_model_calls_the_cells_changes_nothing(client, amina, draft):
    client.force_login(amina)
    before = client.get(strip_of(draft)).content
    draft.images.get().cells.update(label="platelet")
    assert client.get(strip_of(draft)).content == before


def test_a_field_that_was_taken_out_counts_no_more(client, amina, draft):
    client.force_login(amina)
    take_out_image(actor=amina, image=draft.images.get(), reason="blurred")
    assert "0 fields" in client.get(strip_of(draft)).content.decode()


def test_a_poor_field_says_what_to_do_and_is_retaken(client, amina, draft):
    poor = {"verdict": "poor", "readings": {"focus": {"verdict": "poor", "sentence": "Focus again."}}}
    Analysis.objects.filter(image__case=draft).update(quality=poor)
    client.force_login(amina)
    text = client.get(strip_of(draft)).content.decode()
    assert "Focus again." in text
    assert f'data-retake="{draft.images.get().pk}"' in text


def test_a_case_that_was_submitted_takes_no_more(client, amina, draft):
    submit_case(actor=amina, case=draft)
    client.force_login(amina)
    page = client.get(page_of(draft))
    assert page.status_code == 409
    assert b"fields change only while it is a draft" in page.content
    strip = client.get(strip_of(draft))
    assert (strip.status_code, strip.headers["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert b"fields change only while it is a draft" in strip.content


def test_who_was_signed_out_is_told_so(client, draft):
    assert client.get(strip_of(draft)).status_code == 401
