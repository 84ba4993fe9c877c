"""Three months of a laboratory's work for the demonstration, through the services people use, on a clock that is set back.

Patients are invented and smears are drawn, and what the model is said to have answered was drawn by lot (`demo_generator`).
Each case is one transaction: one that was interrupted leaves nothing, and running again goes on after the last.
"""

from __future__ import annotations

import datetime as dt
import io
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from accounts.demo import seed_people
from accounts.models import Organisation, Role, User
from audit.services import events_last
from cases.models import Case, Cell, ExclusionReason, FieldFault, Patient, Sex, SmearImage
from cases.services.cases import create_case, submit_case
from cases.services.images import receive_image
from cases.services.patients import register_patient
from cases.services.rejections import reject_specimen, send_again
from classifier import analyser
from classifier.inference.synthetic import TrueCell, draw_field
from classifier.inference.types import Box
from classifier.services.queueing import enqueue_analysis
from classifier.services.runs import run_analysis
from consult.services.labels import save_labels
from consult.services.opinions import answer_opinion, ask_opinion, close_opinion
from inbox.services.acknowledgements import acknowledge
from inbox.services.deliveries import deliver_report
from microscopes.models import Microscope
from microscopes.services import add_microscope
from notices.services import mark_all_read
from reports.models import Report
from reports.services.demo_reports import decide, sign
from review.models import ActionKind, AmendmentKind, AmendmentReason
from review.services.amendments import open_amendment
from review.services.field_returns import return_field
from review.services.leases import claim
from workbench.services.demo_clock import DemoClock
from workbench.services.demo_generator import DemoGenerator
from workbench.services.demo_plan import BENCHES, KINDS, TURNS, Became, Past, history_before, last_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classifier.inference.types import Rgb
    from consult.models import SecondOpinion

WORKER = "demonstration"
"""Who is said to have analysed the pictures of the history, in every row of an analysis."""
_SIZE = (680, 510)
_UM_PER_PX = 0.25
_REMARK = "Demonstration: the smear is drawn, the patient is invented, and what the model is said to have answered was drawn by lot."
_MINUTE = dt.timedelta(minutes=1)
_TENS = ("", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
_ONES = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def history_began(now: dt.datetime) -> dt.datetime:
    """When the first day of the history begins: an hour before its first case."""
    return history_before(last_day(now))[0].began - dt.timedelta(hours=2)


def seed_history(*, clock: DemoClock, cases: Sequence[Past]) -> int:
    """Tell those of `cases` that are not there yet, on `clock`; returns how many. All of them are `demo_plan.history_before`.

    A model has to be in use. Installs an analyser of its own, and leaves the process without one. Raises as the services.
    """
    people = {person.email: person for person in seed_people()}
    told = _Told(
        clock,
        # The first of each clinic: who begins today has no past.
        uploaders={
            p.organisation.slug: p for p in reversed(people.values()) if p.role == Role.UPLOADER and p.organisation
        },
        pathologists=[p for p in people.values() if p.role == Role.PATHOLOGIST],
    )
    there = set(Case.objects.filter(accession_number__startswith="DEMO-W").values_list("accession_number", flat=True))
    missing = [past for past in cases if past.accession_number not in there]
    _place_microscopes(next(person for person in people.values() if person.role == Role.ADMINISTRATOR))
    analyser.install(told.generator)
    try:
        for past in missing:
            with transaction.atomic():
                told.tell(past)
    finally:
        analyser.install(None)
    for person in people.values() if missing else ():
        # Nobody begins with a hundred old notices.
        mark_all_read(actor=person)
    return len(missing)


class _Told:
    """Whoever tells the history: the clock, the people in it, and the analyser that is told what is on a picture."""

    def __init__(self, clock: DemoClock, *, uploaders: dict[str, User], pathologists: list[User]) -> None:
        self.clock = clock
        self.uploaders = uploaders
        self.pathologists = pathologists
        self.generator = DemoGenerator()

    def tell(self, past: Past) -> None:
        """One case from its first picture to what became of it."""
        uploader = self.uploaders[past.bench.clinic]
        pathologist = self.pathologists[past.number % 3 == 0 and len(self.pathologists) > 1]
        self.clock.advance(past.began)
        with events_last():
            case = _open(past, uploader)
        if past.became is Became.REJECTED:
            # The picture is analysed before a person sees it; another specimen is there in the afternoon.
            self._photograph(past, case, uploader, turn=past.turn + 1)
            self._after(past.waits)
            reject_specimen(actor=pathologist, case=case, reasons=past.reasons)
            self._after(90 * _MINUTE)
            again = f"{past.accession_number}-2"
            case = send_again(actor=uploader, case=case, accession_number=again)
        retakes = past.became is Became.RETAKEN
        cells = self._photograph(past, case, uploader, turn=past.turn + retakes)
        self._after(past.waits)
        case.refresh_from_db()
        if retakes:
            unusable = self._send_back(past, case, pathologist)
            cells = self._photograph(past, case, uploader, turn=past.turn, replaces=unusable)
            self._after(5 * _MINUTE)
        lot = Random(past.number)  # noqa: S311 - the same case everywhere
        with events_last():
            claim(actor=pathologist, case=case)
            _review(pathologist, case, cells, lot)
        if past.became is Became.OPINION:
            self._second_opinion(past, pathologist, case, lot)
        self._after(past.reviewed_in)
        sign(pathologist, case, "", quality_remark=_REMARK)
        self._hand_out(past, case, uploader)
        if past.became is Became.CORRECTED:
            self._after(dt.timedelta(hours=2))
            self._correct(pathologist, case)
            self._hand_out(past, case, uploader)

    def _photograph(
        self, past: Past, case: Case, uploader: User, *, turn: int, replaces: SmearImage | None = None
    ) -> list[TrueCell]:
        """Add the one picture of a case and submit it, or take it again, and have it analysed; returns the cells on it."""
        rgb, cells = _picture(past.kind, past.bench.stain, turn % TURNS)
        with events_last():
            microscope = Microscope.objects.visible_to(uploader).get(name=past.bench.name)
            image, _is_new = receive_image(
                actor=uploader, case=case, upload=_file(rgb, past.number), microscope=microscope, replaces=replaces
            )
            # Here and not after the commit: the analysis of this image is part of the same transaction.
            enqueue_analysis(image_id=image.pk)
            if replaces is None:
                submit_case(actor=uploader, case=case, seen_poor_fields=[image.pk])
        self._after(dt.timedelta(seconds=20))
        self.generator.show(cells, seed=past.number, decline=past.decline)
        run_analysis(image_id=image.pk, worker=WORKER)
        return cells

    def _after(self, time: dt.timedelta) -> None:
        self.clock.pass_by(time)

    def _hand_out(self, past: Past, case: Case, uploader: User) -> None:
        """Send the newest report to the clinic, which opens and acknowledges it."""
        report = Report.objects.filter(case=case).latest("version")
        (delivery,) = deliver_report(report_id=report.pk)
        self._after(past.acknowledged_after)
        acknowledge(
            actor=uploader,
            delivery=delivery,
            read_back={finding["code"]: finding["value"] for finding in delivery.findings},
        )

    def _send_back(self, past: Past, case: Case, pathologist: User) -> SmearImage:
        """The reviewer cannot use the picture; the clinic comes to it after a while. Returns the picture."""
        claim(actor=pathologist, case=case)
        image = case.images.counting().get()
        return_field(actor=pathologist, image=image, reason=FieldFault.WRONG_AREA.value)
        self._after(past.away)
        return image

    def _second_opinion(self, past: Past, pathologist: User, case: Case, lot: Random) -> None:
        """A colleague labels every cell without seeing what the others said, and sees one in twelve otherwise."""
        colleagues = [person for person in self.pathologists if person != pathologist]
        if not colleagues:
            return
        opinion = ask_opinion(actor=pathologist, case=case, colleague=colleagues[0], blind=True)
        self._after(past.away)
        cells = Cell.objects.current().filter(image__case=case)
        save_labels(
            actor=colleagues[0], opinion=opinion, labels=[(cell.pk, _second_label(cell, lot)) for cell in cells]
        )
        answer_opinion(actor=colleagues[0], opinion=opinion)
        self._end(pathologist, opinion)

    def _end(self, pathologist: User, opinion: SecondOpinion) -> None:
        self._after(10 * _MINUTE)
        opinion.refresh_from_db()
        if opinion.is_open:
            close_opinion(actor=pathologist, opinion=opinion, reason="Both were compared; the first labels stand.")

    def _correct(self, pathologist: User, case: Case) -> None:
        """One cell is labelled again, and the report with it."""
        case.refresh_from_db()
        open_amendment(
            actor=pathologist,
            case=case,
            kind=AmendmentKind.CORRECTED.value,
            reason_code=AmendmentReason.RECLASSIFIED.value,
            reason="One cell was viewed again and is a monocyte.",
        )
        cell = Cell.objects.current().filter(image__case=case, label="lymphocyte", excluded=False).first()
        if cell is not None:
            decide(pathologist, case, [cell], kind=ActionKind.LABEL, label="monocyte")
        self._after(6 * _MINUTE)
        sign(pathologist, case, "", quality_remark=_REMARK)


def _open(past: Past, uploader: User) -> Case:
    """The clinic opens the case; its picture comes next."""
    question, _cells = KINDS[past.kind]
    return create_case(
        actor=uploader,
        patient=_patient(past, uploader),
        accession_number=past.accession_number,
        priority=past.priority,
        stain=past.bench.stain,
        objective=100,
        um_per_px=_UM_PER_PX,
        camera=past.bench.camera,
        microscope=past.bench.name,
        clinical_question=question,
    )


def _review(pathologist: User, case: Case, cells: list[TrueCell], lot: Random) -> None:
    """Confirm what the model had right, label what it had wrong or left unidentified, take a few out of the count."""
    right: list[Cell] = []
    labelled: dict[str, list[Cell]] = {}
    out: list[Cell] = []
    for cell, true in zip(Cell.objects.current().filter(image__case=case).order_by("ordinal"), cells, strict=True):
        if lot.random() < 0.02:
            out.append(cell)
        elif cell.label == true.label:
            right.append(cell)
        else:
            labelled.setdefault(true.label, []).append(cell)
    if right:
        decide(pathologist, case, right, kind=ActionKind.CONFIRM)
    for label, found in labelled.items():
        decide(pathologist, case, found, kind=ActionKind.LABEL, label=label)
    if out:
        decide(pathologist, case, out, kind=ActionKind.EXCLUDE, reason_code=ExclusionReason.UNREADABLE.value)


def _second_label(cell: Cell, lot: Random) -> str:
    """What the colleague says of a cell: the same but for one in twelve, and the look-alike there."""
    if cell.excluded:
        return "excluded"
    other = {"lymphocyte": "monocyte", "monocyte": "lymphocyte", "neutrophil": "immature_granulocyte"}
    return other.get(cell.label, cell.label) if lot.random() < 1 / 12 else cell.label


def _patient(past: Past, uploader: User) -> Patient:
    """Two cases in three are of somebody new; nobody in here exists."""
    number = past.number - (past.number % 3 == 0)
    mrn = f"DEMO-9{number:03d}"
    known = Patient.objects.visible_to(uploader).with_mrn(mrn).first()
    if known is not None:
        return known
    return register_patient(
        actor=uploader,
        mrn=mrn,
        family_name="Sample",
        given_name=_in_words(100 + number),
        birth_date=dt.date(1938 + number * 7 % 80, 1 + number % 12, 1 + number % 28),
        sex=(Sex.FEMALE, Sex.MALE)[number % 2],
    )


def _in_words(number: int) -> str:
    """A name that nobody has: `Hundred-and-forty-two`."""
    tens, ones = divmod(number % 100, 10)
    if tens < 2:
        return f"Hundred-and-{number % 100}"
    return f"Hundred-and-{_TENS[tens].lower()}{'-' if ones else ''}{_ONES[ones]}"


def _place_microscopes(administrator: User) -> None:
    for bench in BENCHES:
        if Microscope.objects.filter(organisation__slug=bench.clinic, name=bench.name).exists():
            continue
        add_microscope(
            actor=administrator,
            organisation=Organisation.objects.get(slug=bench.clinic),
            name=bench.name,
            camera=bench.camera,
            objective=100,
            stain=bench.stain,
            typed_um_per_px=_UM_PER_PX,
        )


@cache
def _drawn(kind: int, stain: str) -> tuple[Rgb, list[TrueCell]]:
    width, height = _SIZE
    return draw_field(
        seed=7200 + kind,
        width=width,
        height=height,
        cells=KINDS[kind][1],
        um_per_px=_UM_PER_PX,
        stain=stain,
        with_platelets=False,
    )


def _picture(kind: int, stain: str, turn: int) -> tuple[Rgb, list[TrueCell]]:
    """The smear of a kind, mirrored and turned in one of eight ways, with its cells where they are then."""
    rgb, cells = _drawn(kind, stain)
    height, width = rgb.shape[:2]
    if turn & 1:
        rgb, cells = rgb[:, ::-1], [_moved(c, width - c.box.x - c.box.w, c.box.y) for c in cells]
    if turn & 2:
        rgb, cells = rgb[::-1], [_moved(c, c.box.x, height - c.box.y - c.box.h) for c in cells]
    if turn & 4:
        rgb = rgb.transpose(1, 0, 2)
        cells = [TrueCell(Box(c.box.y, c.box.x, c.box.h, c.box.w), c.label) for c in cells]
    return np.ascontiguousarray(rgb), cells


def _moved(cell: TrueCell, x: int, y: int) -> TrueCell:
    return TrueCell(Box(x, y, cell.box.w, cell.box.h), cell.label)


def _file(rgb: Rgb, number: int) -> SimpleUploadedFile:
    """The picture as a camera would send it."""
    picture = io.BytesIO()
    # The quality differs a little, so that no two files are the same bytes.
    Image.fromarray(rgb).save(picture, "JPEG", quality=86 + number % 7)
    return SimpleUploadedFile("field-1.jpg", picture.getvalue(), content_type="image/jpeg")
