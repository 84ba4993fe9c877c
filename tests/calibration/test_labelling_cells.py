"""Naming cells for calibration: what is proposed, what is kept, what counts, and what it leaves alone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from calibration.models import CalibrationLabel
from calibration.selectors import labelled_cells, proposed_cells, tally
from calibration.services import ask_for_proposal, label_cell
from calibration.services.proposals import make_proposal
from cases.models import Cell
from consult.services import ask_opinion
from hematovision.errors import NotFound, PermissionRefused, Unprocessable
from microscopes.models import Microscope
from review.services.leases import claim
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, microscope):
    """`page(user)`: the page of the microscope's calibration."""

    def open_(user, **query):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client.get(reverse("calibration:calibrate", args=[microscope.pk]), query)

    return open_


def propose(actor, microscope):
    return make_proposal(proposal_id=ask_for_proposal(actor=actor, microscope=microscope).pk)


def test_unlabelled_cells_are_proposed_patient_by_patient(fields, microscope, pavel):
    fields(patients=5, each=2)
    proposal = propose(pavel, microscope)
    assert (proposal.state, len(proposal.cells)) == ("done", 25)
    cells = proposed_cells(microscope, pavel)
    assert len({cell.image.case.patient_id for cell in cells[:5]}) == 5


def test_cells_that_somebody_has_decided_on_are_not_proposed(fields, microscope, pavel, truth):
    (case,) = fields(patients=1, each=2)
    (first, label), (second, _), *_ = truth(case)
    label_cell(actor=pavel, microscope=microscope, cell_id=first.pk, code=label)
    Cell.objects.filter(pk=second.pk).update(label_source="human")
    assert set(propose(pavel, microscope).cells).isdisjoint({str(first.pk), str(second.pk)})


def test_nothing_is_left_to_propose_and_the_page_says_so(microscope, parent, pavel, page):
    assert propose(pavel, microscope).cells == []
    assert b"no cell left to name" in page(pavel).content


def test_a_file_that_is_gone_is_said(fields, microscope, pavel, page):
    (case,) = fields(patients=1)
    case.images.get().original.delete(save=False)
    assert propose(pavel, microscope).state == "failed"
    assert b"stored image file is missing" in page(pavel).content


def test_a_label_is_kept_changed_and_audited_and_the_review_knows_nothing_of_it(fields, microscope, pavel, ines, truth):
    (case,) = fields(patients=1)
    cell, _ = truth(case)[0]
    before = Cell.objects.filter(pk=cell.pk).values().get()
    label_cell(actor=pavel, microscope=microscope, cell_id=cell.pk, code="basophil")
    label_cell(actor=ines, microscope=microscope, cell_id=cell.pk, code="monocyte")
    label_cell(actor=ines, microscope=microscope, cell_id=cell.pk, code="monocyte")

    given = CalibrationLabel.objects.get()
    assert (given.label, given.by) == ("monocyte", ines)
    events = AuditEvent.objects.filter(object_type="calibration.calibrationlabel").order_by("id")
    assert [(event.action, event.before["label"], event.after["label"]) for event in events] == [
        ("create", "", "basophil"),
        ("update", "basophil", "monocyte"),
    ]
    assert Cell.objects.filter(pk=cell.pk).values().get() == before


def test_what_is_counted_is_what_calibrates(fields, microscope, pavel, truth):
    (signed,) = fields(patients=1, each=2, state="signed", decided_by=pavel)
    (case,) = fields(patients=1, each=2)
    named = truth(case)
    label_cell(actor=pavel, microscope=microscope, cell_id=named[2][0].pk, code="basophil")
    label_cell(actor=pavel, microscope=microscope, cell_id=named[3][0].pk, code="excluded")
    label_cell(actor=pavel, microscope=microscope, cell_id=named[4][0].pk, code="unidentified")
    # A signed review has the last word, whatever was said here.
    label_cell(actor=pavel, microscope=microscope, cell_id=truth(signed)[0][0].pk, code="monocyte")

    found = tally(microscope)
    assert (found.counts, found.patients) == ({"neutrophil": 6, "basophil": 1}, 2)
    assert len(labelled_cells(microscope, most=100)) == found.cells == 7
    assert len(labelled_cells(microscope, most=3)) == 3


def test_cells_reviewed_in_a_case_that_is_not_signed_do_not_count_yet(fields, microscope, pavel):
    fields(patients=1, decided_by=pavel)
    assert tally(microscope).cells == 0


def test_the_page_says_what_is_missing_and_not_what_the_model_said(fields, microscope, pavel, page, truth):
    (case,) = fields(patients=1, each=2)
    label_cell(actor=pavel, microscope=microscope, cell_id=truth(case)[0][0].pk, code="neutrophil")
    propose(pavel, microscope)
    said = page(pavel).content.decode()
    assert "10 labelled cells are the least; there are 1." in said
    assert "They must come from 3 patients or more" in said
    assert "Cell 1 of 5" in said
    # Every class has its button, and none is marked as said by anybody.
    assert 'aria-pressed="true"' not in said


def test_cells_of_a_case_closed_by_blinding_are_not_shown(fields, microscope, pavel, central):
    case, *_ = fields(patients=2, each=1)
    vera = person("Vera", "pathologist", central)
    propose(vera, microscope)
    before = len(proposed_cells(microscope, vera))
    claim(actor=pavel, case=case)
    ask_opinion(actor=pavel, case=case, colleague=vera, blind=True)
    after = proposed_cells(microscope, vera)
    assert len(after) == before - 3
    assert all(cell.image.case_id != case.pk for cell in after)


@pytest.mark.parametrize(
    ("who", "refusal"), [("amina", PermissionRefused), ("olga", PermissionRefused), ("nadia", NotFound)]
)
def test_others_do_not_label(request, fields, microscope, truth, who, refusal):
    (case,) = fields(patients=1)
    actor = request.getfixturevalue(who)
    with pytest.raises(refusal):
        label_cell(actor=actor, microscope=microscope, cell_id=truth(case)[0][0].pk, code="neutrophil")
    with pytest.raises(refusal):
        ask_for_proposal(actor=actor, microscope=microscope)


def test_a_cell_of_another_microscope_and_an_unknown_class_are_refused(fields, microscope, riverside, pavel, truth):
    (case,) = fields(patients=1)
    cell = truth(case)[0][0]
    other = Microscope.objects.create(organisation=riverside, name="At the door")
    with pytest.raises(NotFound):
        label_cell(actor=pavel, microscope=other, cell_id=cell.pk, code="neutrophil")
    with pytest.raises(Unprocessable):
        label_cell(actor=pavel, microscope=microscope, cell_id=cell.pk, code="elephant")
