"""What blocks signing, and cases at the edges: no cells, thousands of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cases.states import ImageState
from review.selectors import review_fingerprint, sign_blockers, workspace_state
from review.services.leases import claim
from tests.factories.analysed_cases import analysed_case, finished_analysis, model, predict
from tests.factories.cases import CaseFactory, SmearImageFactory

pytestmark = pytest.mark.django_db


def test_what_is_not_decided_blocks_signing(case, act, cells):
    assert sign_blockers(case) == ["3 cells are not reviewed.", "1 cell is unidentified."]
    act("confirm", cells[0], cells[1])
    act("label", cells[2], label="unidentified")
    assert sign_blockers(case) == ["1 cell is unidentified."]
    act("exclude", cells[2], reason_code="unreadable")
    assert sign_blockers(case) == []


def test_an_image_that_is_still_being_read_blocks_signing(case, act, cells):
    act("exclude", *cells, reason_code="smudge")
    SmearImageFactory(case=case, state=ImageState.QUEUED)
    assert sign_blockers(case) == ["1 image is still being analysed."]


def test_a_case_without_cells_has_a_state_and_nothing_to_review(riverside, pavel):
    case = CaseFactory(clinic=riverside, ready=True)
    finished_analysis(SmearImageFactory(case=case, analysed=True), model())
    claim(actor=pavel, case=case)
    state = workspace_state(case, pavel)
    assert (state["cells"], state["differential"]["n"]) == ([], 0)
    assert state["differential"]["remark"] == "No white cells counted."
    assert all(row["low"] is None and row["flag"] == "" for row in state["differential"]["rows"])
    assert sign_blockers(case) == []
    assert len(review_fingerprint(case)) == 64


def test_a_case_without_images_has_a_state(riverside, pavel):
    state = workspace_state(CaseFactory(clinic=riverside, ready=True), pavel)
    assert (state["images"], state["cells"], state["model"]["version"]) == ([], [], "")


def test_excluded_and_removed_cells_are_not_counted(case, act, cells, pavel):
    act("exclude", cells[0], reason_code="smudge")
    act("remove", cells[1])
    found = workspace_state(case, pavel)["differential"]
    assert (found["n"], found["excluded"], found["unidentified"]) == (0, 1, 1)


def test_erythroblasts_stand_beside_the_hundred_percent(riverside, pavel):
    case = analysed_case(
        riverside,
        ["neutrophil"] * 8 + ["lymphocyte"] * 2 + ["erythroblast", "platelet"],
        wbc=Decimal(5),
        wbc_source="XN",
    )
    found = workspace_state(case, pavel)["differential"]
    assert (found["n"], found["erythroblasts"], found["erythroblasts_per_100"], found["platelets"]) == (
        10,
        1,
        "10.0",
        1,
    )
    assert found["rows"][0]["absolute"] == "4.00"
    assert (found["remark"], found["next_target"]) == ("Limited count: 10 leukocytes.", 100)


def test_the_workspace_shows_the_current_analysis(riverside, pavel):
    case = analysed_case(riverside, ["neutrophil"])
    cell = case.images.get().cells.get()
    again = finished_analysis(case.images.get(), model("2", active=False))
    predict(cell, again, "monocyte", score=0.8)
    (shown,) = workspace_state(case, pavel)["cells"]
    assert (shown["ai"]["label"], shown["ai"]["score"]) == ("monocyte", 0.8)


def test_a_fingerprint_is_of_this_case_alone(riverside):
    one, other = analysed_case(riverside), analysed_case(riverside)
    before = review_fingerprint(one)
    other.images.get().cells.update(label="basophil")
    assert review_fingerprint(one) == before
