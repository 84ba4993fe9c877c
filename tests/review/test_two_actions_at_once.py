"""Requests that meet: one reviewer gets the case, one decision counts, nothing is numbered twice."""

from __future__ import annotations

import uuid

import pytest

from cases.models import Case, Cell
from hematovision.errors import Conflict
from review.models import ReviewAction, ReviewLease
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_reviewers_at_once_one_gets_the_case(ready, pavel, vera):
    results = together(
        *[lambda person=person: claim(actor=person, case=Case.objects.get(pk=ready.pk)) for person in (pavel, vera)]
    )
    (refusal,) = [result for result in results if isinstance(result, Conflict)]
    (lease,) = [result for result in results if isinstance(result, ReviewLease)]
    assert (refusal.code, refusal.details["holder"]) == ("claimed", lease.holder.full_name)
    assert Case.objects.get(pk=ready.pk).owner == lease.holder


def test_of_two_tabs_at_once_one_decision_counts(case, cells, pavel):
    def decide(label):
        return apply_action(
            actor=pavel,
            case=Case.objects.get(pk=case.pk),
            action_id=uuid.uuid4(),
            kind="label",
            cells=[(cells[2].pk, 0)],
            label=label,
        )

    results = together(*[lambda label=label: decide(label) for label in ("monocyte", "basophil")])
    (refusal,) = [result for result in results if isinstance(result, Conflict)]
    (done,) = [result for result in results if not isinstance(result, Exception)]
    assert refusal.code == "stale"
    assert Cell.objects.get(pk=cells[2].pk).label == done.cells[0].label


def test_one_action_sent_twice_at_once_is_done_once(case, cells, pavel):
    once = uuid.uuid4()

    def decide():
        return apply_action(
            actor=pavel,
            case=Case.objects.get(pk=case.pk),
            action_id=once,
            kind="confirm",
            cells=[(cells[0].pk, 0)],
        )

    results = together(decide, decide)
    assert sorted(result.repeated for result in results) == [False, True]
    assert ReviewAction.objects.count() == 1
