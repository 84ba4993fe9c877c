"""Several cells at once are decided on only after each was on the reviewer's screen, and the record says so."""

from __future__ import annotations

import json
import uuid

import pytest
from django.db import connection
from django.urls import reverse

from hematovision.errors import Unprocessable
from oversight.services.decision_check import check_decisions
from review.models import Decision, ReviewAction
from tests.append_only import triggers_lifted

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "more"),
    [("confirm", {}), ("label", {"label": "monocyte"}), ("exclude", {"reason_code": "smudge"}), ("remove", {})],
)
def test_several_cells_of_which_one_was_not_displayed_are_refused_together(act, cells, kind, more):
    with pytest.raises(Unprocessable, match="1 of these cells were not on the screen") as refused:
        act(kind, cells[0], cells[1], displayed={cells[0].pk}, **more)
    assert refused.value.code == "not_displayed"
    assert refused.value.details["cells"] == [str(cells[1].pk)]
    assert not ReviewAction.objects.exists()


def test_several_displayed_cells_are_confirmed_and_the_record_says_they_were_displayed(act, cells):
    act("confirm", cells[0], cells[1], displayed={cell.pk for cell in cells})
    assert list(Decision.objects.values_list("displayed", flat=True)) == [True, True]


def test_a_single_cell_is_decided_on_and_the_record_says_that_it_was_not_displayed(act, cells):
    act("confirm", cells[0], displayed=set())
    assert Decision.objects.get().displayed is False


def test_flags_need_no_look_and_undo_says_nothing_of_a_screen(act, cells):
    act("flag", *cells, displayed=set())
    act("undo", displayed=set())
    assert set(Decision.objects.values_list("displayed", flat=True)) == {None}


def test_the_workspace_may_not_confirm_together_what_it_did_not_display(client, case, cells, pavel):
    client.force_login(pavel)
    body = {
        "action_id": str(uuid.uuid4()),
        "kind": "confirm",
        "cells": [
            {"id": str(cells[0].pk), "revision": 0, "displayed": True},
            {"id": str(cells[1].pk), "revision": 0},
        ],
    }
    answer = client.post(reverse("review:actions", args=[case.pk]), json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_displayed")
    assert not ReviewAction.objects.exists()


def test_a_changed_record_of_the_display_is_found(act, cells):
    act("confirm", cells[0], displayed=set())
    assert check_decisions().faults == []
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Decision._meta.db_table} SET displayed = %s", [True])
    assert check_decisions().faults


def test_the_digest_of_a_decision_from_before_the_display_was_kept_still_holds(act, cells):
    act("confirm", cells[0])
    assert Decision.objects.get().displayed is None
    assert check_decisions().faults == []
