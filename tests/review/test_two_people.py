"""One case, one reviewer: leases, what the second person is told, and what clocks and closed windows do to that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from cases.models import Case, Cell
from cases.services.cases import cancel_case
from cases.states import CaseState
from hematovision.errors import Conflict, NotFound, PermissionRefused
from review.models import ReviewAction, ReviewLease
from review.selectors import lease_of, may_review_now
from review.services import leases
from tests.factories.analysed_cases import analysed_case
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db


def expire(case, *, by=timedelta(seconds=1)):
    ReviewLease.objects.filter(case=case).update(expires_at=timezone.now() - by)


def refused_with(code, call):
    with pytest.raises(Conflict) as refusal:
        call()
    assert refusal.value.code == code
    return refusal.value


def test_claiming_takes_the_case_into_review(ready, pavel):
    lease = leases.claim(actor=pavel, case=ready)
    ready.refresh_from_db()
    assert (ready.state, ready.owner, lease.holder) == (CaseState.IN_REVIEW, pavel, pavel)
    assert ready.transitions.last().by == pavel


def test_a_second_tab_of_the_same_reviewer_shares_the_lease(case, pavel, act, cells):
    act("confirm", cells[0])
    again = leases.claim(actor=pavel, case=case)
    assert (ReviewLease.objects.count(), again.since_number) == (1, 0)
    assert case.transitions.filter(to_state=CaseState.IN_REVIEW).count() == 1


def test_two_tabs_never_overwrite_each_other(act, cells, case, pavel):
    from uuid import uuid4

    from review.services.decisions import apply_action

    act("label", cells[0], label="monocyte")
    as_the_other_tab_saw_it = [(cells[0].pk, 0), (cells[1].pk, 0)]
    refusal = refused_with(
        "stale",
        lambda: apply_action(actor=pavel, case=case, action_id=uuid4(), kind="confirm", cells=as_the_other_tab_saw_it),
    )
    assert refusal.details == {"cells": [str(cells[0].pk)], "gone": []}
    assert Cell.objects.get(pk=cells[0].pk).label == "monocyte"
    assert not Cell.objects.get(pk=cells[1].pk).is_reviewed


def test_the_second_person_is_told_who_has_it_and_until_when(case, pavel, vera):
    refusal = refused_with("claimed", lambda: leases.claim(actor=vera, case=case))
    until = ReviewLease.objects.get().expires_at.isoformat()
    assert refusal.details == {"holder": pavel.full_name, "until": until}
    assert (may_review_now(pavel, case), may_review_now(vera, case)) == (True, False)


def test_nobody_acts_without_holding_the_case(ready, pavel, vera, act, cells):
    refused_with("lease_lost", lambda: act("confirm", cells[0], actor=vera))
    assert not ReviewAction.objects.exists()


def test_a_lease_that_ran_out_is_taken_over_and_the_audit_trail_says_so(case, pavel, vera, act, cells):
    expire(case)
    assert (lease_of(case), may_review_now(vera, case)) == (None, True)
    leases.claim(actor=vera, case=case)
    case.refresh_from_db()
    assert (case.owner, ReviewLease.objects.get().holder) == (vera, vera)
    refusal = refused_with("lease_lost", lambda: act("confirm", cells[0]))
    assert refusal.details["holder"] == vera.full_name
    event = AuditEvent.objects.get(object_id=str(case.pk), after__lease="taken over")
    assert (event.before["holder"], event.actor_id) == (str(pavel.pk), vera.pk)


def test_a_lease_that_ran_out_and_nobody_took_goes_on_with_the_next_action(case, act, cells):
    expire(case)
    act("confirm", cells[0])
    assert ReviewLease.objects.get().is_alive()


def test_a_heartbeat_renews_and_tells_who_took_over(case, pavel, vera):
    expire(case)
    assert leases.extend(actor=pavel, case=case).is_alive()
    expire(case)
    leases.claim(actor=vera, case=case)
    assert refused_with("lease_lost", lambda: leases.extend(actor=pavel, case=case)).details["holder"] == "Vera Central"
    assert ReviewLease.objects.get().holder == vera


def test_a_clock_set_back_keeps_nobody_out_for_hours(case, pavel, vera, act, cells):
    ReviewLease.objects.update(expires_at=timezone.now() + timedelta(hours=3))
    assert may_review_now(vera, case)
    act("confirm", cells[0])
    assert not may_review_now(vera, case)
    assert ReviewLease.objects.get().expires_at < timezone.now() + timedelta(minutes=16)


def test_actions_keep_their_order_when_the_clock_is_set_back(case, act, cells, monkeypatch):
    act("label", cells[0], label="monocyte")
    real = timezone.now
    monkeypatch.setattr("review.services.decisions.timezone.now", lambda: real() - timedelta(hours=1))
    act("label", cells[0], label="basophil")
    monkeypatch.undo()
    assert list(ReviewAction.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    act("undo")
    assert Cell.objects.get(pk=cells[0].pk).label == "monocyte"


def test_letting_go_makes_the_case_ready_and_keeps_what_was_decided(case, pavel, vera, act, cells):
    act("confirm", cells[0])
    leases.release(actor=pavel, case=case)
    case.refresh_from_db()
    assert (case.state, case.owner, ReviewLease.objects.count()) == (CaseState.READY, None, 0)
    assert Cell.objects.get(pk=cells[0].pk).is_reviewed
    leases.claim(actor=vera, case=case)


def test_only_the_holder_lets_go(case, pavel, vera):
    refused_with("lease_lost", lambda: leases.release(actor=vera, case=case))
    expire(case)
    leases.claim(actor=vera, case=case)
    refused_with("lease_lost", lambda: leases.release(actor=pavel, case=case))


def test_a_case_that_was_cancelled_under_the_reviewer_takes_nothing_more(case, pavel, ines, act, cells):
    cancel_case(actor=ines, case=Case.objects.get(pk=case.pk), reason="ordered twice")
    refused_with("state", lambda: act("confirm", cells[0]))
    refused_with("state", lambda: leases.extend(actor=pavel, case=case))


@pytest.mark.parametrize("state", ["submitted", "analysing", "withdrawn"])
def test_a_case_that_is_not_ready_is_not_claimed(riverside, pavel, state):
    case = CaseFactory(clinic=riverside, **{state: True})
    refused_with("state", lambda: leases.claim(actor=pavel, case=case))
    assert not may_review_now(pavel, case)


@pytest.mark.parametrize("trait", [{}, {"cancelled": True}], ids=["draft", "cancelled"])
def test_a_case_that_was_never_sent_is_not_there_for_the_laboratory(riverside, pavel, trait):
    case = CaseFactory(clinic=riverside, **trait)
    with pytest.raises(NotFound):
        leases.claim(actor=pavel, case=case)
    assert not may_review_now(pavel, case)


@pytest.mark.parametrize("state", ["signed", "delivered", "corrected", "appended"])
def test_a_signed_case_is_not_claimed(riverside, pavel, state):
    case = CaseFactory(clinic=riverside, **{state: True})
    refused_with("signed", lambda: leases.claim(actor=pavel, case=case))
    assert not may_review_now(pavel, case)


def test_who_may_not_read_may_not_claim(ready, amina, ines, olga, nadia):
    for person in (amina, ines, olga):
        with pytest.raises(PermissionRefused):
            leases.claim(actor=person, case=ready)
        assert not may_review_now(person, ready)
    with pytest.raises(NotFound):
        leases.claim(actor=nadia, case=ready)
    ready.refresh_from_db()
    assert ready.state == CaseState.READY


def test_a_case_in_review_from_before_leases_can_be_claimed(riverside, pavel, vera):
    case = analysed_case(riverside, state="in_review", owner=pavel)
    leases.claim(actor=vera, case=case)
    case.refresh_from_db()
    assert case.owner == vera
