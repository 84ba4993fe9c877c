"""What stands around the record: who works where, under which rules, and what people say to each other about a case."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.models import ApiClient, Invitation, Organisation, User
from accounts.services import create_api_client, create_organisation, invite_user
from calibration.models import CalibrationLabel
from calibration.services import label_cell
from cases.models import (
    BreakGlassAccess,
    Case,
    FormerIdentity,
    LabelCheck,
    LegalHold,
    LegalHoldRelease,
    Patient,
    PatientRestriction,
    RestrictionLift,
)
from cases.services.break_glass import open_by_break_glass
from cases.services.label_checks import check_label
from cases.services.legal_holds import place_legal_hold, release_legal_hold
from cases.services.microscopes import correct_microscope
from cases.services.patients import register_patient, update_patient
from cases.services.restrictions import lift_restriction, restrict_patient
from consult.models import Adjudication, ClinicThreadEntry, Comparison, OpinionLabel, SecondOpinion
from consult.services import (
    CellChoice,
    adjudicate,
    answer_opinion,
    ask_opinion,
    save_labels,
    write_to_clinic_thread,
)
from inbox.models import CriticalLimits
from inbox.services import set_critical_limits
from microscopes.models import Microscope
from microscopes.services import add_microscope
from oversight.models import VerificationResult
from reports.models import ReportTemplate
from reports.services.templates import create_template
from review.models import Amendment
from review.services.amendments import abandon_amendment, open_amendment
from review.services.leases import claim
from tests.oversight.tampering.record import Record


@dataclass
class Around:
    """Everything around a `Record` that the list of changes names."""

    place: Organisation
    api_client: ApiClient
    invitation: Invitation
    microscope: Microscope
    limits: CriticalLimits
    template: ReportTemplate
    other: Patient
    former: FormerIdentity
    restriction: PatientRestriction
    lift: RestrictionLift
    hold: LegalHold
    release: LegalHoldRelease
    access: BreakGlassAccess
    label: LabelCheck
    opinion: SecondOpinion
    entry: ClinicThreadEntry
    given: OpinionLabel
    compared: Comparison
    adjudication: Adjudication
    calibration_label: CalibrationLabel
    amendment: Amendment
    result: VerificationResult | None = None


def write_around(record: Record, *, consulted: Case, people: dict[str, User]) -> Around:
    """Write it by the services alone; `consulted` is a case that is ready for review, `people` by their first names."""
    amina, pavel, vera, ines, nadia = (people[name] for name in ("amina", "pavel", "vera", "ines", "nadia"))
    laboratory = pavel.organisation
    assert laboratory is not None
    place = create_organisation(
        actor=ines, slug="seaside-clinic", name="Seaside Clinic", kind="clinic", refers_to=laboratory
    )
    client = create_api_client(actor=ines, name="LIS", organisation=place, scopes=["cases:read"]).api_client
    invitation, _ = invite_user(actor=ines, email="next@seaside.example", role="uploader", organisation=place)
    microscope = add_microscope(actor=ines, organisation=laboratory, name="Bench 1", typed_um_per_px=0.1)
    limits = set_critical_limits(
        actor=ines, laboratory=laboratory, limits={"neutrophils_absolute": {"low": "0.4", "high": ""}}
    )
    template = create_template(actor=pavel, part="comment", title="Repeat", text="Please send another smear.")

    other = register_patient(actor=amina, mrn="R-9", family_name="Samle", birth_date=dt.date(1990, 3, 4))
    update_patient(actor=amina, patient=other, reason="mistyped", family_name="Sample")
    restriction = restrict_patient(actor=ines, patient=other, reason="Asked for erasure in writing.")
    lift = lift_restriction(actor=ines, restriction=restriction, reason="Withdrew the request.")
    hold = place_legal_hold(actor=ines, case=record.case, reason="A dispute about the result.")
    release = release_legal_hold(actor=ines, hold=hold, reason="The dispute has ended.")
    access = open_by_break_glass(
        actor=nadia,
        accession_number=record.waiting.accession_number,
        mrn="R-1",
        reason="The patient is here in an emergency.",
    )
    opinion = _consult(consulted, pavel, vera)
    image = consulted.images.get()
    correct_microscope(actor=pavel, images=[image], microscope=microscope)
    open_amendment(actor=pavel, case=record.case, kind="appended", reason_code="additional", reason="A telephone call.")
    return Around(
        place=place,
        api_client=client,
        invitation=invitation,
        microscope=microscope,
        limits=limits,
        template=template,
        other=other,
        former=other.former_identities.get(),
        restriction=restriction,
        lift=lift,
        hold=hold,
        release=release,
        access=access,
        label=check_label(actor=amina, case=record.draft, text="OTHER-1"),
        opinion=opinion,
        entry=write_to_clinic_thread(actor=pavel, case=consulted, text="Was the blood taken before the transfusion?"),
        given=opinion.labels.order_by("id").first(),
        compared=opinion.comparisons.first(),
        adjudication=Adjudication.objects.get(comparison__opinion=opinion),
        calibration_label=label_cell(
            actor=pavel, microscope=microscope, cell_id=image.cells.first().pk, code="monocyte"
        ),
        amendment=abandon_amendment(actor=pavel, case=record.case),
    )


def _consult(case: Case, pavel: User, vera: User) -> SecondOpinion:
    """Pavel asks Vera about every cell, she sees one differently, and he adjudicates it in her favour."""
    claim(actor=pavel, case=case)
    opinion = ask_opinion(actor=pavel, case=case, colleague=vera, blind=True, question="Are these blasts?")
    first, *others = case.images.get().cells.order_by("ordinal")
    save_labels(actor=vera, opinion=opinion, labels=[(cell.pk, cell.label) for cell in others])
    save_labels(actor=vera, opinion=opinion, labels=[(first.pk, "basophil")])
    answer_opinion(actor=vera, opinion=opinion, words="The first is a basophil.")
    comparison = next(row for row in opinion.comparisons.select_related("cell") if row.differs)
    adjudicate(
        actor=pavel,
        opinion=opinion,
        choices=[CellChoice(comparison.pk, "second", comparison.cell.revision)],
        reason="Granules seen at 100x.",
    )
    opinion.refresh_from_db()
    return opinion
