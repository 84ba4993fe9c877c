"""What else a laboratory's day leaves on its pages: results that a clinic has read, computers that send, an emergency. For local use only."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from accounts.models import ApiClient, Organisation, OrganisationKind, Role, Source, User
from accounts.scopes import CASES_READ, CASES_WRITE, IMAGES_WRITE
from accounts.services import add_person, create_api_client, create_organisation, report_source
from cases.models import BreakGlassAccess, Case
from cases.services.break_glass import open_by_break_glass
from cases.states import CaseState
from classifier.services.demo_stories import STORIES
from inbox.models import Delivery
from inbox.services.acknowledgements import acknowledge
from inbox.services.deliveries import deliver_report
from reports.models import Report

if TYPE_CHECKING:
    from classifier.services.demo_stories import Story

NEIGHBOUR = "northern-laboratory"
_WATCH = "1.0.0"


def seed_readings() -> int:
    """Have the clinics acknowledge the reports of the stories that end delivered; returns how many were."""
    return sum(_read(story) for story in STORIES if story.ends_as == CaseState.DELIVERED)


def _read(story: Story) -> bool:
    report = Report.objects.filter(
        case__accession_number=story.accession_number, case__clinic__slug=story.clinic
    ).first()
    uploader = User.objects.filter(organisation__slug=story.clinic, role=Role.UPLOADER).order_by("date_joined").first()
    if report is None or uploader is None:
        return False
    # It went out when it was signed; where that signal was lost it goes now.
    deliver_report(report_id=report.pk)
    delivery = Delivery.objects.waiting().filter(report=report).first()
    if delivery is None:
        return False
    read_back = {finding["code"]: finding["value"] for finding in delivery.findings}
    acknowledge(actor=uploader, delivery=delivery, read_back=read_back)
    return True


def seed_source(*, clinic: str, name: str, waiting: int = 0, held: int = 0) -> int:
    """Have a computer beside a microscope of a clinic say what lies in its folder, if none has; returns how many."""
    organisation = Organisation.objects.filter(slug=clinic).first()
    if organisation is None or Source.objects.filter(api_client__organisation=organisation).exists():
        return 0
    client = ApiClient.objects.filter(organisation=organisation, name=name).first()
    if client is None:
        scopes = [CASES_READ, CASES_WRITE, IMAGES_WRITE]
        client = create_api_client(actor=None, name=name, organisation=organisation, scopes=scopes).api_client
    report_source(
        actor=client.user,
        instance=uuid.uuid4(),
        name=name,
        version=_WATCH,
        waiting=waiting,
        held=held,
        refused=0,
        clock_off_s=1,
    )
    return 1


def seed_emergency() -> int:
    """Have somebody of a neighbouring laboratory open one case in an emergency, if nobody has; returns how many.

    Nobody signs in as them: their account has no password.
    """
    story = next(story for story in STORIES if story.ends_as == CaseState.DELIVERED)
    case = Case.objects.filter(accession_number=story.accession_number, clinic__slug=story.clinic).first()
    if case is None or BreakGlassAccess.objects.exists():
        return 0
    laboratory = Organisation.objects.filter(slug=NEIGHBOUR).first()
    if laboratory is None:
        laboratory = create_organisation(
            actor=None, slug=NEIGHBOUR, name="Northern Laboratory", kind=OrganisationKind.LABORATORY
        )
    email = f"night.duty@{NEIGHBOUR}.example"
    person = User.objects.filter(email=email).first()
    if person is None:
        person = add_person(
            actor=None, email=email, full_name="Northern Night Duty", role=Role.PATHOLOGIST, organisation=laboratory
        )
    open_by_break_glass(
        actor=person,
        accession_number=case.accession_number,
        mrn=case.patient.mrn,
        reason="The patient was admitted to our hospital in the night.",
    )
    return 1
