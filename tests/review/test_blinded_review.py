"""Blinded review: no answer to the reviewer holds the model's output before they have decided."""

from __future__ import annotations

import json
import uuid

import pytest
from django.urls import reverse

from accounts.services import organisations
from hematovision.errors import Unprocessable
from review.selectors import sign_blockers
from tests.factories.analysed_cases import analysed_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _blind(central):
    central.blind_review = True
    central.save()


@pytest.fixture
def browser(client, pavel):
    client.force_login(pavel)
    return client


def shown(browser, case):
    return browser.get(reverse("review:state", args=[case.pk])).json()


def test_the_state_of_a_blinded_review_holds_no_model_output(browser, case):
    state = shown(browser, case)
    assert state["blind"] is True
    for cell in state["cells"]:
        assert (cell["label"], cell["score"], cell["novelty"], cell["ai"]) == ("", None, None, None)
    assert (state["differential"]["n"], state["differential"]["unidentified"]) == (0, 0)
    assert (state["todo"]["unreviewed"], state["todo"]["unidentified"]) == (3, 0)


def test_a_cell_named_in_a_blinded_review_shows_what_the_model_said(browser, case, act, cells):
    act("label", cells[2], label="basophil")
    state = shown(browser, case)
    assert state["cells"][2]["ai"]["best"] == "monocyte"
    assert [cell["ai"] for cell in state["cells"][:2]] == [None, None]
    assert state["differential"]["n"] == 1


def test_an_excluded_cell_stays_hidden_until_it_is_named(browser, case, act, cells):
    act("exclude", cells[0], reason_code="smudge")
    assert shown(browser, case)["cells"][0]["ai"] is None


def test_what_is_not_seen_is_not_confirmed(act, cells):
    with pytest.raises(Unprocessable) as refusal:
        act("confirm", cells[0])
    assert refusal.value.code == "blind"


def test_a_stale_answer_hides_as_well(browser, case, act, cells):
    act("flag", cells[0])
    body = {"action_id": str(uuid.uuid4()), "kind": "flag", "cells": [{"id": str(cells[0].pk), "revision": 0}]}
    address = reverse("review:actions", args=[case.pk])
    answer = browser.post(address, json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()["cells"][0]["label"]) == (409, "")


def test_no_other_page_tells_either(browser, case, cells):
    for address in (
        reverse("workbench:case", args=[case.pk]),
        reverse("workbench:case_live", args=[case.pk]),
        reverse("workbench:field", args=[case.images.get().pk]),
    ):
        answer = browser.get(address)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert str(cells[0].pk) not in text, address
        assert "class-counts" not in text, address
        assert "differential-table" not in text, address
    for name in ("workbench:preliminary_report", "workbench:preliminary_report_csv"):
        answer = browser.get(reverse(name, args=[case.pk]))
        assert (answer.status_code, "Neutrophil" in answer.content.decode()) == (403, False)
    assert browser.get(reverse("classifier:explanation", args=[cells[0].pk])).status_code == 404
    answer = browser.get(reverse("api:image", args=[case.images.get().pk])).json()
    assert (answer["cells"], answer["results_visible"]) == ([], False)


def test_what_blocks_signing_does_not_tell_either(case, act, cells):
    assert sign_blockers(case) == ["3 cells are not reviewed."]
    act("label", cells[0], label="unidentified")
    assert sign_blockers(case) == ["2 cells are not reviewed.", "1 cell is unidentified."]


def test_those_who_oversee_see_it_all(client, olga, case):
    client.force_login(olga)
    answer = client.get(reverse("api:image", args=[case.images.get().pk])).json()
    assert len(answer["cells"]) == 3


def test_after_the_signature_it_is_open_to_the_reviewer(browser, riverside):
    case = analysed_case(riverside, state="signed")
    state = shown(browser, case)
    assert (state["blind"], state["cells"][0]["ai"]["label"]) == (False, "neutrophil")


def test_an_administrator_sets_it_and_the_audit_trail_has_it(central, ines):
    from audit.models import AuditEvent

    organisations.update_organisation(
        actor=ines, organisation=central, name=central.name, is_active=True, blind_review=False
    )
    central.refresh_from_db()
    assert not central.blind_review
    event = AuditEvent.objects.get(action="configuration")
    assert (event.before["blind_review"], event.after["blind_review"]) == (True, False)


def test_a_clinic_reviews_nothing_and_cannot_be_blinded(riverside, ines):
    with pytest.raises(Unprocessable, match="only a laboratory"):
        organisations.update_organisation(
            actor=ines, organisation=riverside, name=riverside.name, is_active=True, blind_review=True
        )
