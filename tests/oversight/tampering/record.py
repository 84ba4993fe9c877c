"""A small clinical record, written by the services alone: a delivered case, one to be reviewed, a draft."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.models import Role, User
from accounts.services import add_person
from audit.models import AuditEvent
from cases.models import Case, Cell, Order, Patient, PatientMerge, SmearImage
from cases.services.cases import create_case, submit_case
from cases.services.images import make_display_copy, receive_image
from cases.services.orders import receive_order
from cases.services.patient_merges import merge_patients
from cases.services.patients import register_patient
from cases.services.transitions import lock_case, step_case
from cases.states import CaseState
from classifier.models import Analysis, ModelVersion, Prediction
from classifier.services.models import promote_model
from classifier.services.queueing import enqueue_analysis
from classifier.services.registration import register_model
from consult.models import Comment
from consult.services import add_comment
from inbox.models import Delivery
from inbox.services import acknowledge, deliver_report
from reports.models import Report
from review.models import Decision, ReviewAction
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.factories.analyses import field_result, finish_analysis
from tests.factories.bundle import tiny_bundle
from tests.factories.image_files import upload
from tests.factories.reports import next_version

BOXES = [(2, 2, 10, 10), (20, 2, 10, 10), (40, 2, 10, 10)]


@dataclass
class Record:
    """Everything that the list of changes names."""

    person: User
    model: ModelVersion
    patient: Patient
    case: Case
    image: SmearImage
    analysis: Analysis
    cell: Cell
    prediction: Prediction
    action: ReviewAction
    decision: Decision
    report: Report
    delivery: Delivery
    waiting: Case
    waiting_image: SmearImage
    waiting_analysis: Analysis
    waiting_cell: Cell
    draft: Case
    draft_image: SmearImage
    comment: Comment
    order: Order
    merge: PatientMerge
    event: AuditEvent
    model_folder: Path
    around: Any = None
    """An `Around`, written after it."""


def write_record(*, amina: User, pavel: User, ines: User, folder: Path) -> Record:
    """Write it: Amina sends, the model analyses, Pavel reviews and signs, Amina acknowledges."""
    person = add_person(
        actor=ines, email="new@riverside.example", full_name="New", role=Role.UPLOADER, organisation=amina.organisation
    )
    bundle = tiny_bundle(folder / "model")
    model, _ = register_model(actor=None, directory=bundle)
    model = promote_model(actor=None, version=model, reason="The first.", evaluation={"accuracy": 0.9, "n": 100})
    patient = register_patient(actor=amina, mrn="R-1", family_name="Sample", birth_date=dt.date(1980, 1, 2))

    case = analysed_case(amina, patient, seed=1)
    image = case.images.get()
    claim(actor=pavel, case=case)
    cells = list(image.cells.order_by("ordinal"))
    for cell, label in zip(cells, ("neutrophil", "lymphocyte", "monocyte"), strict=True):
        apply_action(
            actor=pavel,
            case=case,
            action_id=uuid.uuid4(),
            kind="label",
            cells=[(cell.pk, cell.revision)],
            label=label,
            displayed=[cell.pk],
        )
    comment = add_comment(actor=pavel, case=case, text="Compare the second field.")
    report = next_version(case, pavel)
    step_case(case=lock_case(case), to=CaseState.SIGNED, by=pavel, reason="Signed.")
    deliver_report(report_id=report.pk)
    delivery = Delivery.objects.select_related("report", "case", "organisation").get(report=report)
    acknowledge(actor=amina, delivery=delivery, read_back={f["code"]: f["value"] for f in delivery.findings})

    waiting = analysed_case(amina, patient, seed=2)
    draft = create_case(actor=amina, patient=patient)
    draft_image, _ = receive_image(actor=amina, case=draft, upload=upload(seed=3))
    order = receive_order(actor=amina, patient=patient, placer_number="P-1")
    double = register_patient(actor=amina, mrn="R-3", family_name="Sampel", birth_date=dt.date(1980, 1, 2))
    merge = merge_patients(actor=amina, patient=double, into=patient, reason="Registered twice at the desk.")
    case.refresh_from_db()
    cell = Cell.objects.get(pk=cells[0].pk)
    action = ReviewAction.objects.filter(case=case).order_by("number").first()
    return Record(
        person=person,
        model=model,
        patient=patient,
        case=case,
        image=SmearImage.objects.get(pk=image.pk),
        analysis=Analysis.objects.get(image=image),
        cell=cell,
        prediction=Prediction.objects.get(cell=cell),
        action=action,
        decision=action.decisions.get(),
        report=report,
        delivery=Delivery.objects.get(pk=delivery.pk),
        waiting=waiting,
        waiting_image=waiting.images.get(),
        waiting_analysis=Analysis.objects.get(image__case=waiting),
        waiting_cell=waiting.images.get().cells.order_by("ordinal").first(),
        draft=draft,
        draft_image=draft_image,
        comment=comment,
        order=order,
        merge=merge,
        event=AuditEvent.objects.get(pk=5),
        model_folder=bundle,
    )


def analysed_case(amina: User, patient: Patient, *, seed: int) -> Case:
    """Amina opens and submits a case with one image, and the model finds three cells in it."""
    case = create_case(actor=amina, patient=patient, wbc="6.1", wbc_source="Analyser", um_per_px=0.1)
    image, _ = receive_image(actor=amina, case=case, upload=upload(seed=seed))
    submit_case(actor=amina, case=case)
    enqueue_analysis(image_id=image.pk)
    finish_analysis(case, field_result(BOXES))
    make_display_copy(SmearImage.objects.get(pk=image.pk))
    return Case.objects.get(pk=case.pk)
