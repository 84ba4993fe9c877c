"""A signed case opened again: what may change, what is put back, and that nothing happens without it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from audit.models import AuditEvent
from cases.models import Case, Cell
from cases.services.cases import update_case
from cases.services.transitions import lock_case, step_case
from cases.states import CaseState
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from review.models import Amendment, ReviewAction, ReviewLease
from review.selectors import may_review_now, review_fingerprint
from review.services import leases
from review.services.amendments import abandon_amendment, close_amendment, open_amendment
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(case, act, cells, pavel):
    """The case, reviewed and signed by Pavel."""
    act("confirm", cells[0], cells[1])
    act("label", cells[2], label="monocyte")
    lock_case(case)
    step_case(case=case, to=CaseState.SIGNED, by=pavel)
    leases.drop(case=case)
    return case


def opened(case, by, **more):
    given = {"kind": "corrected", "reason_code": "reclassified", "reason": "Cell 3 is a lymphocyte"}
    return open_amendment(actor=by, case=case, **{**given, **more})


def code_of(call):
    with pytest.raises(Conflict) as refusal:
        call()
    return refusal.value.code


def test_a_signed_case_changes_in_an_amendment_only(signed, pavel, act, cells):
    assert code_of(lambda: act("label", cells[0], label="basophil")) == "signed"
    opened(signed, pavel)
    act("label", cells[0], label="basophil")
    assert Cell.objects.get(pk=cells[0].pk).label == "basophil"
    signed.refresh_from_db()
    assert signed.state == CaseState.SIGNED


def test_opening_claims_the_case_and_is_in_the_audit_trail(signed, pavel, vera):
    amendment = opened(signed, pavel)
    assert ReviewLease.objects.get().holder == pavel
    assert may_review_now(pavel, signed)
    assert code_of(lambda: leases.claim(actor=vera, case=signed)) == "claimed"
    event = AuditEvent.objects.get(action="correct", object_id=str(amendment.pk))
    assert (event.reason, event.after["kind"]) == ("Cell 3 is a lymphocyte", "corrected")


def test_abandoning_puts_every_cell_back_to_what_was_signed(signed, pavel, act, cells):
    before = {cell.pk: (cell.label, cell.excluded, cell.decided_at) for cell in Cell.objects.all()}
    opened(signed, pavel)
    act("label", cells[0], label="basophil")
    act("label", cells[0], label="lymphocyte")
    act("exclude", cells[1], reason_code="smudge")
    amendment = abandon_amendment(actor=pavel, case=signed)
    assert {cell.pk: (cell.label, cell.excluded, cell.decided_at) for cell in Cell.objects.all()} == before
    assert (amendment.outcome, ReviewLease.objects.count()) == ("abandoned", 0)
    assert ReviewAction.objects.order_by("number").last().kind == "revert"
    assert code_of(lambda: act("confirm", cells[0])) == "signed"


def test_abandoning_at_once_writes_no_action(signed, pavel):
    number = ReviewAction.objects.count()
    opened(signed, pavel)
    abandon_amendment(actor=pavel, case=signed)
    assert ReviewAction.objects.count() == number


def test_undo_in_an_amendment_stops_at_the_signature(signed, pavel, act, cells):
    opened(signed, pavel)
    with pytest.raises(Conflict, match="nothing to undo"):
        act("undo")


def test_only_one_is_open_at_a_time_and_another_may_follow(signed, pavel):
    first = opened(signed, pavel)
    assert code_of(lambda: opened(signed, pavel)) == "amendment_open"
    close_amendment(amendment=first)
    assert (Amendment.objects.get().outcome, ReviewLease.objects.count()) == ("signed", 0)
    opened(signed, pavel, kind="appended")
    assert Amendment.objects.filter(case=signed).count() == 2


def test_letting_go_leaves_the_amendment_open_for_a_colleague(signed, pavel, vera, act, cells):
    opened(signed, pavel)
    act("label", cells[0], label="basophil")
    leases.release(actor=pavel, case=signed)
    signed.refresh_from_db()
    assert (signed.state, ReviewLease.objects.count()) == (CaseState.SIGNED, 0)
    leases.claim(actor=vera, case=signed)
    abandon_amendment(actor=vera, case=signed)
    assert Cell.objects.get(pk=cells[0].pk).label == "neutrophil"


def test_a_correction_opens_the_details_to_whoever_holds_it(signed, pavel, vera, amina):
    def change(by):
        update_case(actor=by, case=signed, wbc=Decimal("7.10"), wbc_source="Counter 2")

    assert code_of(lambda: change(pavel)) == "state"
    opened(signed, pavel, reason_code="clerical", reason="The count was of another tube")
    for stranger in (vera, amina):
        assert code_of(lambda who=stranger: change(who)) == "state"
    change(pavel)
    assert Case.objects.get(pk=signed.pk).wbc == Decimal("7.10")


@pytest.mark.parametrize("kind", ["appended", "withdrawn"])
def test_another_amendment_leaves_the_details_as_they_are(signed, pavel, kind):
    opened(signed, pavel, kind=kind)
    assert code_of(lambda: update_case(actor=pavel, case=signed, stain="giemsa")) == "state"


def test_abandoning_puts_the_details_back_to_the_letter(signed, pavel):
    collected = datetime(2026, 3, 1, 8, 30, 15, 123456, tzinfo=UTC)
    Case.objects.filter(pk=signed.pk).update(
        collected_at=collected, wbc=Decimal("6.90"), wbc_source="Counter 1", um_per_px=0.1, objective=None
    )
    before = Case.objects.values().get(pk=signed.pk)
    opened(signed, pavel)
    update_case(
        actor=pavel, case=signed, collected_at=None, wbc=None, wbc_source="", um_per_px=None, objective=100, camera="B"
    )
    abandon_amendment(actor=pavel, case=signed)
    after = Case.objects.values().get(pk=signed.pk)
    # When it changed last stays true: it was changed, and changed back.
    assert after.pop("updated_at") > before.pop("updated_at")
    assert after == before


@pytest.mark.parametrize("kind", ["corrected", "appended"])
def test_a_report_of_the_wrong_patient_is_withdrawn_and_nothing_else(signed, pavel, kind):
    with pytest.raises(Unprocessable, match="is withdrawn"):
        opened(signed, pavel, kind=kind, reason_code="wrong_patient")
    assert opened(signed, pavel, kind="withdrawn", reason_code="wrong_patient").is_open


@pytest.mark.parametrize("more", [{"reason": "  "}, {"kind": "erased"}, {"reason_code": "mood"}, {"reason": "x" * 501}])
def test_it_says_what_and_why(signed, pavel, more):
    with pytest.raises(Unprocessable):
        opened(signed, pavel, **more)
    assert not Amendment.objects.exists()


@pytest.mark.parametrize("state", ["ready", "in_review", "withdrawn"])
def test_only_what_is_signed_is_opened_again(riverside, pavel, state):
    case = CaseFactory(clinic=riverside, **{state: True})
    assert code_of(lambda: opened(case, pavel)) == "state"


def test_only_pathologists_of_the_laboratory_open_it(signed, ines, amina, nadia):
    for person, error in ((ines, PermissionRefused), (amina, PermissionRefused), (nadia, NotFound)):
        with pytest.raises(error):
            opened(signed, person)


def test_a_preview_made_before_the_case_changed_is_told_apart(signed, pavel, act, cells):
    preview = review_fingerprint(signed)
    assert review_fingerprint(Case.objects.get(pk=signed.pk)) == preview
    opened(signed, pavel)
    act("label", cells[0], label="basophil")
    changed = review_fingerprint(signed)
    act("undo")
    assert len({preview, changed, review_fingerprint(signed)}) == 3
