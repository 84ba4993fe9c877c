"""A case with its patient, image, cells and predictions, written straight to the database."""

from __future__ import annotations

import hashlib
import io
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.core.files.base import ContentFile
from PIL import Image

from accounts.models import User
from cases.cell_classes import CLASS_CODES
from cases.models import Case, Cell, Patient, SmearImage
from cases.states import CaseState, ImageState
from classifier.models import Analysis, AnalysisState, ModelState, ModelVersion, Prediction

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@dataclass
class Specimen:
    """One case with its patient, image, cells and predictions."""

    patient: Patient
    case: Case
    image: SmearImage
    cells: list[Cell] = field(default_factory=list)
    predictions: list[Prediction] = field(default_factory=list)

    def secrets(self) -> set[str]:
        """Texts that must not appear in an answer to somebody who may not see this case."""
        return {
            str(self.case.pk),
            str(self.image.pk),
            str(self.patient.pk),
            self.case.accession_number,
            self.patient.family_name,
        }

    def findings(self) -> set[str]:
        """Ids that appear only in answers to those who may see automatic results."""
        return {str(row.pk) for row in (*self.cells, *self.predictions)}


def png(shade: int) -> bytes:
    """Return a small PNG, one grey."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, shade, shade)).save(picture, "PNG")
    return picture.getvalue()


def model_version() -> ModelVersion:
    """Return the active model version, registered without files."""
    return ModelVersion.objects.create(
        name="tiny",
        version="1",
        directory="nowhere",
        card={"metrics": {}},
        card_sha256="0" * 64,
        state=ModelState.ACTIVE,
        promoted_at=NOON,
        evaluation={"accuracy": 0.9},
        reason="the matrix needs one",
    )


def specimen(
    *, by: User, state: CaseState, number: int, version: ModelVersion | None, owner: User | None = None
) -> Specimen:
    """Create a patient of `by`'s clinic with a case in `state`; analysed when a version is given."""
    organisation = by.organisation
    patient = Patient.objects.create(
        organisation=organisation,
        mrn=f"MRN-{number}",
        family_name=f"Family{number}Name",
        given_name="Given",
        birth_date=date(1980, 1, 1),
        sex="female",
    )
    submitted = None if state == CaseState.DRAFT else NOON
    case = Case.objects.create(
        patient=patient,
        clinic=organisation,
        laboratory=organisation.laboratory,
        accession_number=f"ACC-{number}-{uuid.uuid4().hex[:6]}",
        state=state,
        created_by=by,
        submitted_at=submitted,
        due_at=submitted and submitted + timedelta(hours=24),
        owner=owner,
    )
    content = png(number % 250)
    image = SmearImage(
        case=case,
        ordinal=1,
        sha256=hashlib.sha256(content).hexdigest(),
        media_type="image/png",
        byte_size=len(content),
        width=64,
        height=48,
        state=ImageState.ANALYSED if version else ImageState.RECEIVED,
        uploaded_by=by,
    )
    image.original.save("original.png", ContentFile(content), save=False)
    image.display.save("display.png", ContentFile(content), save=False)
    image.thumbnail.save("thumbnail.png", ContentFile(content), save=False)
    image.save()
    made = Specimen(patient, case, image)
    if version is not None:
        analyse(made, version)
    return made


def analyse(made: Specimen, version: ModelVersion) -> None:
    """Give the image a finished analysis with one cell of two classes each."""
    analysis = Analysis.objects.create(
        image=made.image,
        model_version=version,
        state=AnalysisState.DONE,
        queued_at=NOON,
        started_at=NOON,
        finished_at=NOON,
        quality={"verdict": "good", "readings": {}},
    )
    for ordinal, code in enumerate(CLASS_CODES[:2], start=1):
        cell = Cell.objects.create(
            image=made.image,
            ordinal=ordinal,
            detector="test",
            x=4 * ordinal,
            y=4,
            width=8,
            height=8,
            area_px=50,
            label=code,
            score=0.9,
        )
        rest = {other: 0.1 / 7 for other in CLASS_CODES if other != code}
        made.cells.append(cell)
        made.predictions.append(
            Prediction.objects.create(
                analysis=analysis,
                cell=cell,
                model_version=version,
                label=code,
                score=0.9,
                probabilities={code: 0.9, **rest},
                identified=True,
            )
        )
