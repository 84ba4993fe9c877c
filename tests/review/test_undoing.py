"""Undo and redo through a whole session, and where they stop."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Cell
from hematovision.errors import Conflict
from review.cell_state import state_of
from review.models import ReviewAction, ReviewLease
from review.selectors import live_state
from review.services.leases import claim, release

pytestmark = pytest.mark.django_db


def states(cells):
    fresh = Cell.objects.in_bulk([cell.pk for cell in cells])
    return [{name: value for name, value in state_of(fresh[cell.pk]).items() if name != "revision"} for cell in cells]


def test_undo_goes_back_through_everything_and_redo_forth_again(act, cells):
    seen = [states(cells)]
    for step in (
        lambda: act("label", cells[2], label="monocyte"),
        lambda: act("confirm", cells[0], cells[1]),
        lambda: act("exclude", cells[0], reason_code="smudge"),
        lambda: act("flag", cells[1]),
        lambda: act("remove", cells[2]),
        lambda: act("restore", cells[2]),
        lambda: act("include", cells[0]),
    ):
        step()
        seen.append(states(cells))
    for before in reversed(seen[:-1]):
        act("undo")
        assert states(cells) == before
    for after in seen[1:]:
        act("redo")
        assert states(cells) == after
    act("undo")
    assert states(cells) == seen[-2]


def test_there_is_an_end_to_both(act, cells, case, pavel):
    for kind in ("undo", "redo"):
        with pytest.raises(Conflict) as refusal:
            act(kind)
        assert refusal.value.code == "nothing_to_undo"
    act("confirm", cells[0])
    act("undo")
    state = live_state(case, pavel)
    assert (state["undo"], state["redo"]) == (False, True)


def test_something_new_ends_what_could_be_done_again(act, cells):
    act("confirm", cells[0])
    act("undo")
    act("confirm", cells[1])
    with pytest.raises(Conflict):
        act("redo")
    act("undo")
    assert not Cell.objects.get(pk=cells[1].pk).is_reviewed


def test_undo_is_an_action_of_its_own_and_erases_nothing(act, cells):
    first = act("confirm", cells[0]).action
    undo = act("undo").action
    assert (undo.undoes, list(ReviewAction.objects.order_by("number"))) == (first, [first, undo])
    assert Cell.objects.get(pk=cells[0].pk).revision == 2


def test_an_undo_sent_twice_undoes_once(act, cells):
    act("confirm", cells[0])
    act("confirm", cells[1])
    once = uuid.uuid4()
    act("undo", action_id=once)
    act("undo", action_id=once)
    assert Cell.objects.get(pk=cells[0].pk).is_reviewed
    assert not Cell.objects.get(pk=cells[1].pk).is_reviewed


def test_undo_survives_closing_the_window(act, cells, case, pavel):
    act("confirm", cells[0])
    ReviewLease.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    claim(actor=pavel, case=case)
    act("undo")
    assert not Cell.objects.get(pk=cells[0].pk).is_reviewed


def test_nobody_undoes_what_somebody_else_did(act, cells, case, pavel, vera):
    act("confirm", cells[0])
    release(actor=pavel, case=case)
    claim(actor=vera, case=case)
    with pytest.raises(Conflict, match="nothing to undo"):
        act("undo", actor=vera)
    assert Cell.objects.get(pk=cells[0].pk).is_reviewed


def test_a_cell_that_changed_in_between_is_not_undone(act, cells):
    act("label", cells[0], label="monocyte")
    Cell.objects.filter(pk=cells[0].pk).update(label="basophil", revision=5)
    with pytest.raises(Conflict) as refusal:
        act("undo")
    assert (refusal.value.code, refusal.value.details["cells"]) == ("stale", [str(cells[0].pk)])
